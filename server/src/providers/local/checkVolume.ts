/** What the preflight report says of a directory: its store, its lock, its disk and how trees are copied there. */
import * as fs from 'node:fs';
import type { CheckFinding } from '../../../../contract';
import { sizeWords } from '../../sizeWords';
import type { LocalVolume } from './localVolume';
import type { TreeMethod } from './snapshotRecord';
import { errorCode } from './systemProblem';
import { writability } from './volumeState';

/** Below this share of the file system a snapshot may not fit. */
const LOW_SPACE = 0.05;
const CHANGES = ['snapshot', 'clone', 'restore', 'files', 'delete', 'hold'] as const satisfies CheckFinding['affects'];

/** One volume, and how its trees are copied where that was tried. Writes nothing. */
export function checkVolume(volume: LocalVolume, method: TreeMethod | null): CheckFinding[] {
  return [checkStore(volume), checkSpace(volume), checkMethod(volume, method)];
}

const fine = (volume: LocalVolume, what: string, parts: Pick<CheckFinding, 'title' | 'message'>): CheckFinding => ({
  id: `${what}/${volume.id}`,
  state: 'ok',
  fix: '',
  command: null,
  affects: [],
  object: volume.name,
  docs: what,
  ...parts
});

function checkStore(volume: LocalVolume): CheckFinding {
  const { name, store, lock, root } = volume;
  const can = writability(volume);
  const title = `Store of ${name}`;
  if (!can.available) {
    const affects: CheckFinding['affects'] = fs.existsSync(root) ? [...CHANGES] : ['list', ...CHANGES];
    return { ...fine(volume, 'store', { title, message: can.reason }), state: 'failed', fix: can.fix, affects };
  }
  const message = store.exists()
    ? `${store.path} can be written to, ${lock.isHeld() ? 'and this server holds its lock' : 'and nobody else holds its lock'}.`
    : `${root} can be written to. The first snapshot makes the store, ${store.path}.`;
  return fine(volume, 'store', { title, message });
}

function checkSpace(volume: LocalVolume): CheckFinding {
  const { name, root } = volume;
  const title = `Disk of ${name}`;
  let space: fs.StatsFs;
  try {
    space = fs.statfsSync(root);
  } catch (error) {
    const message = `The file system of ${root} does not say what is free (${errorCode(error) ?? 'no code'}).`;
    return { ...fine(volume, 'disk', { title, message }), state: 'unknown' };
  }
  const message = `${sizeWords(space.bavail * space.bsize)} of ${sizeWords(space.blocks * space.bsize)} are free.`;
  if (space.bavail > space.blocks * LOW_SPACE) {
    return fine(volume, 'disk', { title, message });
  }
  const full = space.bavail === 0;
  return {
    ...fine(volume, 'disk', { title, message: full ? `Nothing is free on the file system of ${root}.` : message }),
    state: 'warning',
    fix: 'Delete files or old snapshots: without space a snapshot is not made, and nothing else is touched.'
  };
}

const METHODS: Record<TreeMethod, string> = {
  reflink: 'Snapshots share blocks with the files: they take space only for what changes.',
  hardlink:
    'Snapshots share unchanged files with each other by hard links; the first one takes the space of all files.',
  copy: 'Every snapshot is a full copy: the file system offers neither shared blocks nor hard links.'
};

function checkMethod(volume: LocalVolume, method: TreeMethod | null): CheckFinding {
  const title = `Copying in ${volume.name}`;
  if (method === null) {
    const message = 'Not tried since this server started: the next change finds out how files are shared.';
    return { ...fine(volume, 'copying', { title, message }), state: 'unknown' };
  }
  const finding = fine(volume, 'copying', { title, message: METHODS[method] });
  return method === 'copy'
    ? { ...finding, state: 'warning', fix: 'Use a directory on Btrfs, XFS or ext4 to save space.' }
    : finding;
}
