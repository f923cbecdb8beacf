/** Objects as a cluster gives them, for unit tests: claims with a size, clones that are not mounted, a hub around all. */
import { problem, type Clone, type RunningStatus, type Volume } from '../../contract';
import { ONLINE } from './fakePage';
import { sampleClone, sampleVolume } from './samples';

const NOT_HERE = {
  available: false,
  reason: 'Restore in place is not part of this version on Kubernetes.',
  fix: 'Clone the snapshot and copy files from the clone.'
} as const;

export const claimVolume = (change: Partial<Volume> = {}): Volume =>
  sampleVolume({
    id: 'claim-alice',
    mountPath: '/home/jovyan',
    requested: { known: true, bytes: 50 * 2 ** 30 },
    used: { known: true, bytes: 12.4 * 2 ** 30 },
    driver: 'cow.csi.test',
    storageClass: 'cow',
    accessModes: ['ReadWriteOnce'],
    can: { snapshot: { available: true }, clone: { available: true }, restore: NOT_HERE, files: NOT_HERE },
    ...change
  });

export const claimClone = (change: Partial<Clone> = {}): Clone =>
  sampleClone({ id: 'claim-alice.lr-sweep', path: null, browsePath: null, ...change });

/** A clone that gets its data when a pod first uses it. */
export const waitingClone = (): Clone =>
  claimClone({
    state: {
      phase: 'pending',
      since: '2026-11-19T14:00:00Z',
      message: 'Waits for its first pod (normal here)',
      awaitsUse: true
    }
  });

/** The Kubernetes API has not answered for 8 minutes. */
export const AWAY: RunningStatus['freshness'] = {
  current: false,
  problem: problem('storage-unreachable', {
    detail: 'The Kubernetes API does not answer.',
    next: 'A network policy may stand in the way.'
  }),
  since: '2026-11-19T14:12:00Z',
  asOf: '2026-11-19T14:12:00Z',
  retryAt: '2026-11-19T14:20:19.500Z'
};

/** The status of a server on a hub that can start another one with a clone in it. */
export function hubStatus(change: Partial<RunningStatus> = {}): RunningStatus {
  if (ONLINE.state !== 'online') {
    throw new Error('the sample connection is online');
  }
  return {
    ...ONLINE.status,
    provider: { kind: 'kubernetes', label: 'namespace hub' },
    platform: {
      kind: 'jupyterhub',
      label: 'JupyterHub',
      user: 'alice',
      server: null,
      namespace: 'hub',
      pod: 'jupyter-alice',
      links: {
        servers: '/hub/home',
        spawn: '/hub/spawn/alice',
        create: null,
        mount: '/hub/spawn/alice/{server}?clone={clone}'
      }
    },
    ...change
  };
}
