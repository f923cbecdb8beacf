/** Objects of the contract for tests: complete and valid, with what a test cares about put in. */
import type { Clone, Operation, Restore, Snapshot, Volume } from '../../../contract';
import type { ObservedIndex } from '../observed/observedIndex';

const AVAILABLE = { available: true } as const;
const CREATED = '2026-11-19T14:08:03.000Z';

export const sampleVolume = (parts: Partial<Volume> = {}): Volume => ({
  kind: 'volume',
  id: 'home-0a1b2c3d',
  uid: 'volume-uid',
  name: 'home',
  mountPath: '/home/me',
  browsePath: '',
  role: 'home',
  readOnly: false,
  requested: { known: false, reason: 'A directory has no size of its own.' },
  used: { known: false, reason: 'Not counted yet.' },
  free: { known: true, bytes: 1e9 },
  driver: 'ext4, hard links',
  storageClass: null,
  accessModes: [],
  shared: null,
  trouble: null,
  can: { snapshot: AVAILABLE, clone: AVAILABLE, restore: AVAILABLE, files: AVAILABLE },
  snapshotCount: 0,
  lastSnapshotAt: null,
  ...parts
});

export const sampleSnapshot = (parts: Partial<Snapshot> = {}): Snapshot => ({
  kind: 'snapshot',
  name: 'home.20261119-140803z-a1b2',
  uid: 'snapshot-uid',
  volume: 'home-0a1b2c3d',
  volumeName: 'home',
  createdAt: CREATED,
  createdBy: 'me',
  title: 'features v3 frozen',
  note: '',
  notebook: null,
  heldUntil: null,
  heldBy: null,
  origin: 'datamark',
  state: { phase: 'ready', at: CREATED },
  restoreSize: { known: true, bytes: 4096 },
  ownData: { known: false, reason: 'Not counted yet.' },
  files: 3,
  omissions: [],
  path: null,
  restoredFrom: null,
  ...parts
});

export const sampleClone = (parts: Partial<Clone> = {}): Clone => ({
  kind: 'clone',
  id: 'home.sweep-12',
  uid: 'clone-uid',
  name: 'sweep-12',
  source: {
    kind: 'snapshot',
    name: 'home.20261119-140803z-a1b2',
    label: 'features v3 frozen',
    volume: 'home-0a1b2c3d',
    volumeName: 'home',
    createdAt: CREATED,
    exists: true
  },
  createdAt: CREATED,
  createdBy: 'me',
  state: { phase: 'ready', at: CREATED },
  size: { known: true, bytes: 4096 },
  path: '/home/me/datamark-clones/sweep-12',
  browsePath: 'datamark-clones/sweep-12',
  usedBy: { known: false, reason: 'Directories do not tell who uses them.' },
  ...parts
});

export const sampleRestore = (parts: Partial<Restore> = {}): Restore => ({
  kind: 'restore',
  id: 'restore-1',
  uid: 'restore-uid',
  volume: 'home-0a1b2c3d',
  volumeName: 'home',
  snapshot: 'home.20261119-140803z-a1b2',
  snapshotLabel: 'features v3 frozen',
  snapshotCreatedAt: CREATED,
  undoOf: null,
  requestedBy: 'me',
  createdAt: CREATED,
  finishedAt: null,
  phase: 'planning',
  message: 'Comparing',
  plan: null,
  steps: [],
  safetySnapshot: null,
  kept: null,
  undo: { possible: false, reason: 'Not restored yet.' },
  problem: null,
  ...parts
});

export const sampleOperation = (parts: Partial<Operation> = {}): Operation => ({
  kind: 'operation',
  id: 'operation-1',
  verb: 'snapshot',
  volume: 'home-0a1b2c3d',
  volumeName: 'home',
  object: { kind: 'snapshot', name: 'home.20261119-140803z-a1b2', label: 'features v3 frozen' },
  state: 'running',
  progress: { text: 'Copying', done: 1, total: null, unit: 'files' },
  cancel: AVAILABLE,
  startedAt: CREATED,
  finishedAt: null,
  problem: null,
  ...parts
});

/** Puts one object of each kind into an index. */
export function fillIndex(index: ObservedIndex): void {
  for (const object of [sampleVolume(), sampleSnapshot(), sampleClone(), sampleRestore(), sampleOperation()]) {
    index.upsert(object);
  }
}
