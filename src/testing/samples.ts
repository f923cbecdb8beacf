/** Valid objects of the contract for unit tests; each call may change what matters to the test. */
import type { Clone, DeletePlan, Operation, Problem, Restore, RestorePlan, Snapshot, Volume } from '../../contract';
import { problem } from '../../contract';

const YES = { available: true } as const;
const NOT_MEASURED = { known: false, reason: 'It was not measured.' } as const;

export const sampleVolume = (change: Partial<Volume> = {}): Volume => ({
  kind: 'volume',
  id: 'home-1a2b3c4d',
  uid: 'uid-home',
  name: 'home',
  mountPath: '/home/alice',
  browsePath: '',
  role: 'home',
  readOnly: false,
  requested: NOT_MEASURED,
  used: NOT_MEASURED,
  free: NOT_MEASURED,
  driver: 'ext4, hard links',
  storageClass: null,
  accessModes: [],
  shared: null,
  trouble: null,
  can: { snapshot: YES, clone: YES, restore: YES, files: YES },
  snapshotCount: 1,
  lastSnapshotAt: null,
  ...change
});

export const sampleSnapshot = (change: Partial<Snapshot> = {}): Snapshot => ({
  kind: 'snapshot',
  name: 'home.20261119-140803z-a1b2',
  uid: 'uid-1',
  volume: 'home-1a2b3c4d',
  volumeName: 'home',
  createdAt: '2026-11-19T14:08:03Z',
  createdBy: 'alice',
  title: 'features v3 frozen',
  note: '',
  notebook: 'work/features.ipynb',
  heldUntil: null,
  heldBy: null,
  origin: 'datamark',
  state: { phase: 'ready', at: '2026-11-19T14:08:05Z' },
  restoreSize: NOT_MEASURED,
  ownData: NOT_MEASURED,
  files: 12,
  omissions: [],
  path: null,
  restoredFrom: null,
  ...change
});

export const sampleClone = (change: Partial<Clone> = {}): Clone => ({
  kind: 'clone',
  id: 'home.lr-sweep',
  uid: 'uid-clone',
  name: 'lr-sweep',
  source: {
    kind: 'snapshot',
    name: 'home.20261119-140803z-a1b2',
    label: 'features v3 frozen',
    volume: 'home-1a2b3c4d',
    volumeName: 'home',
    createdAt: '2026-11-19T14:08:03Z',
    exists: true
  },
  createdAt: '2026-11-19T15:00:00Z',
  createdBy: 'alice',
  state: { phase: 'ready', at: '2026-11-19T15:00:02Z' },
  size: NOT_MEASURED,
  path: '/home/alice/datamark-clones/lr-sweep',
  browsePath: 'datamark-clones/lr-sweep',
  usedBy: { known: true, names: [] },
  ...change
});

export const samplePlan = (change: Partial<RestorePlan> = {}): RestorePlan => ({
  validUntil: '2026-11-19T15:30:00Z',
  changes: {
    known: true,
    reverted: { files: 212, bytes: 1.4 * 1024 ** 3 },
    returned: { files: 5, bytes: 14.2 * 1024 ** 2 },
    removed: { files: 1038, bytes: 320 * 1024 ** 2 }
  },
  blockers: [],
  warnings: [],
  stopsServer: false,
  lastDurationMs: null,
  ...change
});

export const sampleRestore = (change: Partial<Restore> = {}): Restore => ({
  kind: 'restore',
  id: 'restore-1',
  uid: 'uid-restore',
  volume: 'home-1a2b3c4d',
  volumeName: 'home',
  snapshot: 'home.20261119-140803z-a1b2',
  snapshotLabel: 'features v3 frozen',
  snapshotCreatedAt: '2026-11-17T09:12:00Z',
  undoOf: null,
  requestedBy: 'alice',
  createdAt: '2026-11-19T15:00:00Z',
  finishedAt: null,
  phase: 'planned',
  message: '',
  plan: samplePlan(),
  steps: [],
  safetySnapshot: null,
  kept: null,
  undo: { possible: false, reason: 'It has not ended.' },
  problem: null,
  ...change
});

export const sampleOperation = (change: Partial<Operation> = {}): Operation => ({
  kind: 'operation',
  id: 'operation-1',
  verb: 'clone',
  volume: 'home-1a2b3c4d',
  volumeName: 'home',
  object: { kind: 'clone', name: 'home.lr-sweep', label: 'lr-sweep' },
  state: 'running',
  progress: { text: '', done: null, total: null, unit: null },
  cancel: YES,
  startedAt: '2026-11-19T15:00:00Z',
  finishedAt: null,
  problem: null,
  ...change
});

export const sampleDeletePlan = (change: Partial<DeletePlan> = {}): DeletePlan => ({
  object: 'home.20261119-140803z-a1b2',
  uid: 'uid-1',
  allowed: true,
  blockers: [],
  warnings: [],
  lost: { known: true, bytes: 214 * 1024 ** 2 },
  lostFiles: null,
  typeToConfirm: null,
  ...change
});

export const sampleProblem = (change: Partial<Problem> = {}): Problem => ({
  ...problem('disk-full', { detail: 'The disk of home is full.', next: 'Free some space.' }),
  ...change
});
