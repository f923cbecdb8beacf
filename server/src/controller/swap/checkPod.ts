/** The pod that mounts the volume once before it takes the other's place. Pure. */
import { z } from 'zod';
import { ObjectMetadata } from '../../providers/kubernetes/resources';
import type { PodSettings } from '../controllerSettings';
import { podParts } from '../podParts';
import type { PersistentVolume } from './persistentVolume';
import type { SwapParts } from './swapParts';

/** core/v1 Pod, as far as it tells how the check went. */
export const CheckPod = z.object({
  metadata: ObjectMetadata,
  status: z
    .object({
      phase: z.string().default('Pending'),
      message: z.string().default(''),
      containerStatuses: z
        .array(
          z.object({
            state: z
              .object({
                terminated: z
                  .object({
                    exitCode: z.int().optional(),
                    message: z.string().default(''),
                    reason: z.string().default('')
                  })
                  .nullish(),
                waiting: z.object({ message: z.string().default(''), reason: z.string().default('') }).nullish()
              })
              .default({})
          })
        )
        .default([])
    })
    .default({ phase: 'Pending', message: '', containerStatuses: [] })
});
export type CheckPod = z.infer<typeof CheckPod>;

/** Of the pod that uses the claim now: a volume of its node is reached by what may run there. */
export const Tolerations = z.object({
  spec: z.object({ tolerations: z.array(z.record(z.string(), z.unknown())).default([]) })
});

// A home may be closed to other users than its own: that it can't be listed by this one says nothing of the storage.
const LOOK = `try { require('fs').readdirSync('/volume') } catch (error) {
  if (error.code !== 'EACCES') { require('fs').writeFileSync('/dev/termination-log', String(error)); process.exit(1) }
}`;

export interface CheckPodOptions {
  readonly parts: SwapParts;
  readonly image: string;
  readonly pods: PodSettings;
  /** Its node affinity is the pod's, so that the copy lands where the old volume was. */
  readonly oldVolume: PersistentVolume;
  readonly tolerations: readonly unknown[];
}

/** Lists the volume's root once, read-only, under the restricted Pod Security Standard and without a token. */
export function checkPod({ parts, image, pods, oldVolume, tolerations }: CheckPodOptions): object {
  const required = oldVolume.spec.nodeAffinity?.required;
  const isBlock = parts.claim.volumeMode === 'Block';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: parts.checkPodName, ...parts.marks },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      ...podParts(pods, tolerations),
      ...(required === undefined || required === null
        ? {}
        : { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } }),
      containers: [
        {
          name: 'check',
          image,
          command: ['/usr/local/bin/node', '-e', isBlock ? '0' : LOOK],
          resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] }
          },
          ...(isBlock
            ? { volumeDevices: [{ name: 'volume', devicePath: '/dev/volume' }] }
            : { volumeMounts: [{ name: 'volume', mountPath: '/volume', readOnly: true }] })
        }
      ],
      volumes: [{ name: 'volume', persistentVolumeClaim: { claimName: parts.temporaryName } }]
    }
  };
}

/** Why it could not look, in the words of the kubelet or of the program; null: it has not failed. */
export function failureOf({ status }: CheckPod): string | null {
  if (status.phase !== 'Failed') {
    return null;
  }
  const ended = status.containerStatuses[0]?.state.terminated;
  return ended?.message || status.message || ended?.reason || 'it gave no reason';
}

/** What keeps the container from starting; '' where nothing is told. */
export const waitingFor = ({ status }: CheckPod): string => {
  const waiting = status.containerStatuses[0]?.state.waiting;
  return waiting?.message || waiting?.reason || '';
};
