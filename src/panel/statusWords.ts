/** What the status bar says: the restore that is under way, the last one, or the newest snapshot. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Restore, Volume } from '../../contract';
import type { Format } from '../model/format';
import { restoreUnderWay, waitsForServer } from '../model/restoresUnderWay';

export interface StatusWords {
  readonly text: string;
  /** The exact moment, for the hover; null: there is none to tell. */
  readonly at: string | null;
}

/** `restores`: as far as they are known to be as they are now. Of the selected volume, unless another one is restored. */
export function statusWords(
  volume: Volume,
  restores: readonly Restore[],
  now: Date,
  format: Format,
  trans: TranslationBundle
): StatusWords {
  const running = restoreUnderWay(restores, volume.id) ?? restoreUnderWay(restores);
  if (running !== null) {
    return { text: runningText(running, trans), at: running.createdAt };
  }
  const { name, lastSnapshotAt } = volume;
  const last = lastRestore(restores, volume.id);
  if (last?.finishedAt && (lastSnapshotAt === null || Date.parse(last.finishedAt) > Date.parse(lastSnapshotAt))) {
    const ago = format.agoAlone(last.finishedAt, now);
    const text = last.undoOf === null ? trans.__('%1: restored %2', name, ago) : trans.__('%1: undone %2', name, ago);
    return { text, at: last.finishedAt };
  }
  return lastSnapshotAt === null
    ? { text: trans.__('%1: no snapshot yet', name), at: null }
    : { text: trans.__('%1: snapshot %2', name, format.agoAlone(lastSnapshotAt, now)), at: lastSnapshotAt };
}

function runningText(restore: Restore, trans: TranslationBundle): string {
  const { volumeName, strategy, undoOf } = restore;
  if (strategy === 'files') {
    return trans.__('%1: copying files back…', volumeName);
  }
  if (waitsForServer(restore)) {
    return trans.__('%1: waits until your server stops', volumeName);
  }
  return undoOf === null ? trans.__('%1: restoring…', volumeName) : trans.__('%1: undoing the restore…', volumeName);
}

/** The newest that changed the volume as a whole, or null. */
function lastRestore(restores: readonly Restore[], volume: string): Restore | null {
  return restores
    .filter(one => one.volume === volume && one.phase === 'succeeded' && one.strategy !== 'files')
    .reduce<Restore | null>((last, one) => (endOf(one) > endOf(last) ? one : last), null);
}

const endOf = (restore: Restore | null): number => Date.parse(restore?.finishedAt ?? '') || 0;
