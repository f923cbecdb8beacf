/**
 * The gate: while it is closed, an admission policy (deploy/policies/restore-gate.yaml) refuses pods that would mount the claim.
 * It is closed by a time in the status, so that it opens by itself where no controller renews it.
 */
import { z } from 'zod';
import { KubernetesError, type KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';
import { paths } from '../providers/kubernetes/resources';
import type { RestoreStatus, VolumeRestore } from '../providers/kubernetes/volumeRestore';
import { restoreMark } from './restoreMark';
import { isAtLeast, isFinal } from './restoreProgress';

/** For how long it is closed at a time, ms. */
const CLOSED_FOR_MS = 60_000;
/** It is renewed when less than this is left, ms: longer than one call to the API server may take. */
const RENEW_BELOW_MS = 35_000;

/** Name of the policy and its binding. */
export const GATE_POLICY = 'datamark-restore-gate';

/** Time for which it is closed still, ms; 0: it is open. */
export function closedForMs({ gateClosedUntil }: RestoreStatus, now: Date): number {
  const until = gateClosedUntil === null || gateClosedUntil === undefined ? 0 : new Date(gateClosedUntil).getTime();
  return Math.max(0, until - now.getTime());
}

/** Whether it has to be closed: from the moment it was closed first to the end. */
export const isGateDue = ({ phase, strategy, gateClosedUntil }: RestoreStatus): boolean =>
  !isFinal(phase) && strategy !== 'files' && (isAtLeast(phase, 'Securing') || (gateClosedUntil ?? null) !== null);

/** Closes it from now on; never lowers a later time. */
export function closing(status: RestoreStatus, now: Date): Pick<RestoreStatus, 'gateClosedUntil'> {
  const left = Math.max(CLOSED_FOR_MS, closedForMs(status, now));
  return { gateClosedUntil: new Date(now.getTime() + left).toISOString() };
}

/** After how many ms at the latest to look again, so that it is renewed in time. */
export const untilRenewalMs = (status: RestoreStatus, now: Date): number =>
  Math.max(0, closedForMs(status, now) - RENEW_BELOW_MS) + 1;

/** Whether it is closed for long enough. */
export const isFresh = (status: RestoreStatus, now: Date): boolean => closedForMs(status, now) >= RENEW_BELOW_MS;

const Accepted = z.object({ kind: z.string().default('') });

/**
 * Tries what the gate has to refuse, on the API server, without making anything. Whatever else refuses the pod proves
 * nothing: quotas come after policies, and the pod is one that every pod security standard lets pass.
 */
export async function isProvenClosed(api: KubernetesApi, restore: VolumeRestore): Promise<boolean> {
  const { namespace } = restore.metadata;
  const name = `datamark-gate-${restoreMark(restore)}`;
  try {
    await api.request({
      method: 'POST',
      path: paths.pods(namespace),
      query: { dryRun: 'All' },
      body: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'gate',
              image: 'gate',
              resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '10m', memory: '16Mi' } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              volumeMounts: [{ name: 'claim', mountPath: '/claim' }]
            }
          ],
          volumes: [{ name: 'claim', persistentVolumeClaim: { claimName: restore.spec.claimName } }]
        }
      },
      schema: Accepted
    });
    return false;
  } catch (error) {
    if (error instanceof KubernetesError && error.status >= 400 && error.status < 500) {
      return error.message.includes(`'${GATE_POLICY}'`);
    }
    throw error;
  }
}
