/**
 * Which pod the account's token is bound to, as the API server reads it from the token: the same claims by which an
 * admission policy checks who asks for a restore.
 */
import { z } from 'zod';
import { KubernetesError, type KubernetesApi } from '../client/kubernetesApi';
import type { Requester } from '../volumeRestore';

const SelfSubjectReview = z.object({
  status: z.object({
    userInfo: z.object({ extra: z.record(z.string(), z.array(z.string())).nullish() })
  })
});

// k8s.io/apiserver pkg/authentication/serviceaccount
const POD_NAME = 'authentication.kubernetes.io/pod-name';
const POD_UID = 'authentication.kubernetes.io/pod-uid';

/** null: the token is bound to no pod, for example that of a person or of a pipeline outside of the cluster. */
export async function ownPodIdentity(api: KubernetesApi): Promise<Requester | null> {
  const extra = await ownClaims(api);
  const podName = extra[POD_NAME]?.[0];
  const podUid = extra[POD_UID]?.[0];
  return podName === undefined || podUid === undefined ? null : { podName, podUid };
}

async function ownClaims(api: KubernetesApi): Promise<Readonly<Record<string, readonly string[]>>> {
  try {
    const { status } = await api.request({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      schema: SelfSubjectReview
    });
    return status.userInfo.extra ?? {};
  } catch (error) {
    // Where nothing tells who asks, the policies of the cluster decide about a request without a name.
    if (error instanceof KubernetesError && (error.status === 403 || error.status === 404)) {
      return {};
    }
    throw error;
  }
}
