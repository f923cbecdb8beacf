/** Mirrors as the server part tells them, for unit tests. */
import type { Mirror, MirrorList } from '../../contract';

const YES = { available: true } as const;

/** Healthy, twelve minutes old at the tests’ NOW, hourly. */
export const sampleMirror = (change: Partial<Mirror> = {}): Mirror => ({
  kind: 'mirror',
  id: 'churn-features',
  uid: 'mirror-1',
  volume: 'home-1a2b3c4d',
  volumeName: 'home',
  from: 'svm-prod:churn',
  to: 'svm-lab:churn_dst',
  state: 'mirrored',
  stateAsTold: 'snapmirrored',
  toldBy: 'ontap',
  toldAt: '2026-11-19T14:19:50Z',
  hint: null,
  health: { state: 'healthy' },
  data: { known: true, asOf: '2026-11-19T14:08:00Z', snapshot: 'snapmirror.1' },
  policy: { name: 'Asynchronous', type: 'async' },
  schedule: { name: 'hourly', everySeconds: 3600, nextAt: '2026-11-19T15:05:00Z' },
  lastTransfer: {
    type: 'update',
    state: 'succeeded',
    bytes: 1_288_490_188,
    seconds: 48,
    bytesPerSecond: 26_843_545,
    endedAt: '2026-11-19T14:08:48Z',
    reasons: []
  },
  transfer: null,
  update: null,
  seen: null,
  guard: null,
  can: { update: YES, promote: YES, resync: { available: false, reason: 'It is not promoted.', fix: '' } },
  ...change
});

export const sampleMirrors = (items: Mirror[], change: Partial<MirrorList> = {}): MirrorList => ({
  items,
  sources: {
    trident: { state: 'answers', asOf: '2026-11-19T14:20:00Z' },
    ontap: { state: 'answers', asOf: '2026-11-19T14:20:00Z' }
  },
  now: '2026-11-19T14:20:00Z',
  ...change
});

/** No source is set up. */
export const NO_MIRRORS: MirrorList = sampleMirrors([], {
  sources: {
    trident: { state: 'absent', reason: 'Trident is not installed.' },
    ontap: { state: 'absent', reason: 'No controller is set up.' }
  }
});
