/** Claims and pods as the phases of a swap find and delete them: one life each. */
import { setTimeout as delay } from 'node:timers/promises';
import { deleteOptions, DeleteAnswer } from '../../providers/kubernetes/deleteOptions';
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { paths } from '../../providers/kubernetes/resources';
import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { orNull } from '../readOptional';
import type { RestoreWork } from '../strategy';
import { CheckPod } from './checkPod';

type Place = Pick<RestoreWork, 'api' | 'restore'>;

/** The claim of this name in the restore's namespace. */
export const findClaim = ({ api, restore }: Place, name: string): Promise<PersistentVolumeClaim | null> =>
  orNull(api.request({ path: `${paths.claims(restore.metadata.namespace)}/${name}`, schema: PersistentVolumeClaim }));

/** The pod of this name in the restore's namespace. */
export const findPod = ({ api, restore }: Place, name: string): Promise<CheckPod | null> =>
  orNull(api.request({ path: `${paths.pods(restore.metadata.namespace)}/${name}`, schema: CheckPod }));

/** What Kubernetes does at once comes some milliseconds later, which no watch is waited for. */
const POLL_MS = 15;

/** An object, looked at for some ms until it is as it should be; then as it is. */
export async function soon<T>(
  { signal }: Pick<RestoreWork, 'signal'>,
  look: () => Promise<T>,
  forMs: number,
  isSo: (found: T) => boolean
): Promise<T> {
  const end = performance.now() + forMs;
  for (;;) {
    const found = await look();
    if (isSo(found) || performance.now() > end || signal.aborted) {
      return found;
    }
    await delay(POLL_MS);
  }
}

/** The claim, as soon as it is as it should be. */
export const claimSoon = (
  work: Place & Pick<RestoreWork, 'signal'>,
  name: string,
  forMs: number,
  isSo: (claim: PersistentVolumeClaim | null) => boolean
): Promise<PersistentVolumeClaim | null> => soon(work, () => findClaim(work, name), forMs, isSo);

interface Life {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion?: string;
}

/** Deletes this life of an object; one that is gone is fine. */
export async function deleteObject({ api }: Place, collection: string, { name, uid }: Life): Promise<void> {
  await deleteWith(api, `${collection}/${name}`, { uid });
}

/** The same, and only while nobody has written to it since. Rejects with a Conflict where somebody has. */
export async function deleteUnchanged(
  { api }: Place,
  collection: string,
  { name, uid, resourceVersion = '' }: Life
): Promise<void> {
  await deleteWith(api, `${collection}/${name}`, { uid, resourceVersion });
}

async function deleteWith(
  api: RestoreWork['api'],
  path: string,
  preconditions: { uid: string; resourceVersion?: string }
): Promise<void> {
  try {
    await api.request({ method: 'DELETE', path, body: deleteOptions(preconditions), schema: DeleteAnswer });
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.status !== 404) {
      throw error;
    }
  }
}
