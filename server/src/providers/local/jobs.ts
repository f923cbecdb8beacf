/** Every job the worker can do, by name. */
import type { RestoreChanges } from '../../../../contract';
import { buildClone, type BuildClone } from './cloneJob';
import type { CloneRecord } from './cloneRecord';
import type { Job } from './job';
import { measureLoss, type Loss, type MeasureLoss } from './measureLoss';
import { measureOwnData, type Bytes, type MeasureOwnData } from './measureOwnData';
import { measureTree } from './measureTree';
import { emptyTrash } from './removeTree';
import { applyRestore, type ApplyRestore } from './restore/applyRestoreJob';
import {
  copyFilesBack,
  planFilesBack,
  type CopyFilesBack,
  type FilesCopied,
  type PlanFilesBack
} from './restore/filesBackJobs';
import type { Progress } from './restore/journal';
import { planRestore, type PlannedRestore, type PlanRestore } from './restore/planRestoreJob';
import { prepareRestore, type PrepareRestore } from './restore/prepareRestoreJob';
import { takeSnapshot, type TakeSnapshot } from './snapshotJob';
import type { SnapshotRecord } from './snapshotRecord';

/** Input and output of each job. */
interface JobTypes {
  takeSnapshot: [TakeSnapshot, SnapshotRecord];
  buildClone: [BuildClone, CloneRecord];
  emptyTrash: [{ root: string }, null];
  measureLoss: [MeasureLoss, Loss];
  measureOwnData: [MeasureOwnData, Bytes];
  measureTree: [{ path: string }, Loss];
  planRestore: [PlanRestore, PlannedRestore];
  prepareRestore: [PrepareRestore, RestoreChanges];
  applyRestore: [ApplyRestore, Progress];
  planFilesBack: [PlanFilesBack, PlannedRestore];
  copyFilesBack: [CopyFilesBack, FilesCopied];
}

export type JobName = keyof JobTypes;
export type JobInput<K extends JobName> = JobTypes[K][0];
export type JobOutput<K extends JobName> = JobTypes[K][1];

export const JOBS: { readonly [K in JobName]: Job<JobInput<K>, JobOutput<K>> } = {
  takeSnapshot,
  buildClone,
  emptyTrash,
  measureLoss,
  measureOwnData,
  measureTree,
  planRestore,
  prepareRestore,
  applyRestore,
  planFilesBack,
  copyFilesBack
};
