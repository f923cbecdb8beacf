/** VolumeRestores for tests, as an API server would tell them. */
import { VolumeRestore, type RestoreStatus } from '../../volumeRestore';

export const RESTORE = 'home.20261122-190000z-a1b2';
export const SNAPSHOT = 'home.20261119-140803z-c3d4';

/** A plan of a controller, with nothing in the way. */
export const samplePlan = (parts: object = {}): object => ({
  madeAt: '2026-11-22T19:00:02Z',
  validUntil: '2999-11-22T19:10:02Z',
  strategy: 'copy',
  options: [
    {
      strategy: 'swap',
      available: false,
      reason: 'No rights on volumes.',
      fix: 'Ask an admin.',
      cost: 'c1',
      risk: 'r1'
    },
    { strategy: 'copy', available: true, cost: 'c2', risk: 'r2' }
  ],
  steps: ['Make the copy', 'Stop the server'],
  blockers: [],
  stopsServer: true,
  startsServer: false,
  changesUnknown: 'They can be counted.',
  ...parts
});

interface Parts {
  readonly spec?: object;
  readonly status?: { readonly [K in keyof RestoreStatus]?: unknown };
  readonly metadata?: object;
}

/** Of claim `home`. */
export const sampleVolumeRestore = ({ spec, status, metadata }: Parts = {}): VolumeRestore =>
  VolumeRestore.parse({
    metadata: {
      name: RESTORE,
      uid: 'u-1',
      namespace: 'hub',
      creationTimestamp: '2026-11-22T19:00:00Z',
      ...metadata
    },
    spec: { claimName: 'home', snapshotName: SNAPSHOT, ...spec },
    status: status ?? {}
  });
