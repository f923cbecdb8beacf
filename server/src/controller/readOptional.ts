/** Reading what may be gone. */
import { KubernetesError } from '../providers/kubernetes/client/kubernetesApi';

/** The object; null where there is none of that name. */
export async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) {
      return null;
    }
    throw error;
  }
}
