/**
 * Copies chosen files and folders into a new folder at the root of the target: first into a hidden one, which then takes
 * its name in one step, so that nothing of the target is ever written over and no half of it is ever seen.
 */
import { lstatSync, mkdirSync, renameSync, rmSync, statfsSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Trees } from './copyTree';
import { rsyncTrouble } from './rsyncTrouble';
import { HOLES, runRsync, runSync, WHOLE, type Rsynced } from './runRsync';
import type { TaskAnswer, TaskRefusal } from './taskOrder';

export interface ChosenPaths extends Trees {
  /** Relative to the source. */
  readonly paths: readonly string[];
  readonly folder: string;
  /** Name of the hidden folder; nobody else's. */
  readonly unfinished: string;
}

export async function copyPaths({ source, target, paths, folder, unfinished }: ChosenPaths): Promise<TaskAnswer> {
  const missing = paths.filter(path => !isThere(source, path));
  const found = paths.filter(path => !missing.includes(path));
  const done: TaskAnswer = { result: 'files-copied', missing, missingCount: missing.length };
  if (found.length === 0) {
    const what = missing.length === 1 ? `${missing[0]} is not` : `None of the ${missing.length} paths is`;
    return refuse('file-unreadable', `${what} in the snapshot.`, 'Choose paths that the snapshot has.');
  }
  // A line of rsync's lists that begins with # or ; is a comment, which it would leave out in silence.
  const list = found.map(path => (/^[#;]/.test(path) ? `./${path}` : path)).join('\0');
  const common = [...WHOLE, HOLES, '--recursive', '--relative', '--files-from=-', '--from0', `${source}/`];
  const [final, hidden] = [join(target, folder), join(target, unfinished)];
  if (entry(final) !== null) {
    // Perhaps it was made by this very copy, which was ended before it could say so.
    const same = await runRsync(['--dry-run', '--itemize-changes', ...common, `${final}/`], list);
    return same.code === 0 && same.lineCount === 0
      ? done
      : refuse('already-exists', `The volume has a ${folder} already.`, 'Restore the files again in a second.');
  }
  const room = await roomFor(common, list, target);
  if (room !== null) {
    return room;
  }
  if (entry(hidden)?.isDirectory() === false) {
    rmSync(hidden);
  }
  mkdirSync(hidden, { recursive: true });
  const copied = await runRsync([...common, `${hidden}/`], list);
  if (copied.code !== 0) {
    rmSync(hidden, { recursive: true, force: true });
    return rsyncTrouble(copied, false);
  }
  // Refused where anything but an empty folder has this name by now.
  renameSync(hidden, final);
  const synced = await runSync(final);
  return synced.code === 0 ? done : rsyncTrouble(synced, false);
}

/** Whether the source has it, without a symbolic link on the way: that may lead out of the volume. */
function isThere(source: string, path: string): boolean {
  const parts = path.split('/');
  return parts.every((_, index) => {
    const stats = entry(join(source, ...parts.slice(0, index + 1)));
    return stats !== null && (index === parts.length - 1 || stats.isDirectory());
  });
}

function entry(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ENAMETOOLONG'].includes(code)) {
      return null;
    }
    throw error;
  }
}

/** Whether it does not fit beside what is there: the running server needs the rest of the room. */
async function roomFor(common: readonly string[], list: string, target: string): Promise<TaskRefusal | null> {
  const tried = await runRsync(['--dry-run', '--stats', '--no-human-readable', ...common, `${target}/.nowhere/`], list);
  const needed = sizeIn(tried);
  const { bavail, bsize } = statfsSync(target);
  return needed === null || needed < bavail * bsize
    ? null
    : refuse(
        'disk-full',
        `The files need ${needed} bytes, ${bavail * bsize} are free.`,
        'Free some space, or choose less.'
      );
}

const sizeIn = ({ lines }: Rsynced): number | null => {
  const told = lines.map(line => /^Total file size: (\d+) bytes/.exec(line)?.[1]).find(size => size !== undefined);
  return told === undefined ? null : Number(told);
};

const refuse = (problem: string, detail: string, next: string): TaskRefusal => ({
  result: 'refused',
  problem,
  detail,
  next,
  written: false
});
