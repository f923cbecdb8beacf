/** Names of what a copy makes, and the pods that it runs. Pure. */
import type { VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { temporaryName } from '../madeObjects';
import { restoreMark } from '../restoreMark';
import type { RestoreWork } from '../strategy';
import type { TaskPlace } from '../task/taskPlace';
import type { TaskPodOptions } from '../task/taskPod';

export interface CopyParts {
  /** Of the snapshot. */
  readonly clone: string;
  readonly checkPod: string;
  /** Has what is in memory written, before the safety snapshot. */
  readonly flushPod: string;
  readonly job: string;
  /** Of the safety snapshot, where a copy that has begun is taken back. */
  readonly backClone: string;
  readonly backJob: string;
}

export function copyParts(restore: VolumeRestore): CopyParts {
  const mark = restoreMark(restore);
  const job = `datamark-copy-${mark}`;
  return {
    clone: temporaryName(restore, 'restore'),
    checkPod: `datamark-check-${mark}`,
    flushPod: `datamark-flush-${mark}`,
    job,
    backClone: temporaryName(restore, 'back'),
    backJob: `${job}-back`
  };
}

/** No pod mounts the claim any more: the volumes themselves say where they can be mounted. */
const ANYWHERE: TaskPlace = { node: null, tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }], identity: null };

/** The pod that makes the claim equal to a clone; root alone can give files their owners back. */
export function copyPod(
  { settings, restore }: Pick<RestoreWork, 'settings' | 'restore'>,
  source: string
): TaskPodOptions {
  return {
    order: { task: 'copy' },
    settings,
    source,
    target: { claimName: restore.spec.claimName, readOnly: false },
    place: ANYWHERE,
    asUser: false
  };
}

/** The pod that has what is in memory of the claim written; it can write nothing itself. */
export const flushPod = ({ settings, restore }: Pick<RestoreWork, 'settings' | 'restore'>): TaskPodOptions => ({
  order: { task: 'flush' },
  settings,
  source: restore.spec.claimName,
  place: ANYWHERE,
  // A home may be closed to all but its user.
  asUser: false
});
