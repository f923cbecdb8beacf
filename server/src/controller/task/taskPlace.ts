/** Where a pod of the controller has to run and as whom, so that it reaches the volume as the user's own server does. */
import { z } from 'zod';
import type { KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { ObjectMetadata, paths } from '../../providers/kubernetes/resources';
import type { VolumeRestore } from '../../providers/kubernetes/volumeRestore';

const SecurityContext = z.object({ runAsUser: z.int().nullish(), runAsGroup: z.int().nullish() });

const UsingPod = z.object({
  metadata: ObjectMetadata,
  spec: z.object({
    nodeName: z.string().default(''),
    tolerations: z.array(z.record(z.string(), z.unknown())).default([]),
    securityContext: SecurityContext.extend({
      fsGroup: z.int().nullish(),
      supplementalGroups: z.array(z.int()).nullish()
    }).nullish(),
    containers: z
      .array(
        z.object({
          securityContext: SecurityContext.nullish(),
          volumeMounts: z.array(z.object({ name: z.string() })).default([])
        })
      )
      .default([]),
    volumes: z
      .array(z.object({ name: z.string(), persistentVolumeClaim: z.object({ claimName: z.string() }).nullish() }))
      .default([])
  }),
  status: z.object({ phase: z.string().default('Pending') }).default({ phase: 'Pending' })
});
type UsingPod = z.infer<typeof UsingPod>;

export interface TaskPlace {
  /** Of a pod that mounts the claim now; null: none does. */
  readonly node: string | null;
  readonly tolerations: readonly unknown[];
  /** As whom that pod works; null: it does not say, or it is root. */
  readonly identity: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } | null;
}

/** Looks at the pods that mount the claim: at that of who asked, else at any. */
export async function readPlace(api: KubernetesApi, restore: VolumeRestore): Promise<TaskPlace> {
  const { spec, status, metadata } = restore;
  const { items } = await api.list({ path: paths.pods(metadata.namespace), item: UsingPod });
  const requester = status.requester?.podUid ?? spec.requester?.podUid;
  const using = items.filter(
    pod =>
      pod.spec.nodeName !== '' &&
      !['Succeeded', 'Failed'].includes(pod.status.phase) &&
      pod.spec.volumes.some(({ persistentVolumeClaim: claim }) => claim?.claimName === spec.claimName)
  );
  const pod = using.find(({ metadata: { uid } }) => uid === requester) ?? using[0];
  return pod === undefined
    ? { node: null, tolerations: [], identity: null }
    : { node: pod.spec.nodeName, tolerations: pod.spec.tolerations, identity: identityOf(pod, spec.claimName) };
}

function identityOf({ spec }: UsingPod, claimName: string): TaskPlace['identity'] {
  const mounted = spec.volumes.find(({ persistentVolumeClaim: claim }) => claim?.claimName === claimName)?.name;
  const container = spec.containers.find(({ volumeMounts }) => volumeMounts.some(({ name }) => name === mounted));
  const uid = container?.securityContext?.runAsUser ?? spec.securityContext?.runAsUser ?? 0;
  if (uid === 0) {
    return null;
  }
  const gid = container?.securityContext?.runAsGroup ?? spec.securityContext?.runAsGroup ?? 0;
  // As a group of the process only: as fsGroup the kubelet would give it every file.
  const { fsGroup, supplementalGroups } = spec.securityContext ?? {};
  const groups = [...(supplementalGroups ?? []), ...(fsGroup === null || fsGroup === undefined ? [] : [fsGroup])];
  return { uid, gid, groups: [...new Set(groups)] };
}
