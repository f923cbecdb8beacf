/**
 * Makes one tree equal to another, as root. Interrupted at any moment it is simply done again. What rsync takes for equal:
 * same kind, size, time to the nanosecond, mode, owner, ACLs and extended attributes.
 */
import { randomBytes } from 'node:crypto';
import { chownSync, lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasHoles } from './hasHoles';
import { makeRoom } from './makeRoom';
import { rsyncTrouble } from './rsyncTrouble';
import { HOLES, runRsync, runSync, WHOLE } from './runRsync';
import type { TaskAnswer, TaskRefusal } from './taskOrder';

/** Another user than root: to give a file to it shows that root is root in the storage too. */
const SOMEBODY = 65534;
/** Copies and comparisons before it gives up; nothing else writes there. */
const ROUNDS = 3;

export interface Trees {
  readonly source: string;
  readonly target: string;
}

/** Copies, then compares; the answer is `copied` only where nothing differs any more. */
export async function copyTree({
  source,
  target,
  somebody = SOMEBODY
}: Trees & { readonly somebody?: number }): Promise<TaskAnswer> {
  const refused = ownershipRefused(target, somebody);
  if (refused !== null) {
    return refused;
  }
  const left = outside(source, target);
  const excluded = left.map(name => `--exclude=/${name.replace(/[\\*?[\]]/g, '\\$&')}`);
  const whole = hasHoles(source) ? [...WHOLE, HOLES] : WHOLE;
  let trouble: TaskRefusal | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    const isFull = trouble?.problem === 'disk-full';
    if (isFull) {
      makeRoom({ source, target, left });
    }
    // What is to go goes first then; that takes memory for all names at once.
    const deletion = isFull ? '--delete-before' : '--delete-during';
    const common = [...whole, ...excluded, `${source}/`, `${target}/`];
    const copied = await runRsync([deletion, '--force', ...common]);
    if (copied.code !== 0) {
      trouble = rsyncTrouble(copied, true);
      continue;
    }
    // While the storage takes what was copied: the comparison reads what it is.
    const [compared, synced] = await Promise.all([
      runRsync(['--dry-run', '--itemize-changes', '--delete', ...common]),
      runSync(target)
    ]);
    if (synced.code !== 0) {
      // Told once: whoever asks again hears that all is well.
      return rsyncTrouble(synced, true);
    }
    if (compared.code === 0 && compared.lineCount === 0) {
      return { result: 'copied' };
    }
    trouble =
      compared.code === 0
        ? {
            result: 'refused',
            problem: 'verification-failed',
            detail: `${compared.lineCount} files still differ after copying, the first: ${compared.lines[0] ?? ''}.`,
            next: 'Ask an admin to look at the storage.',
            written: true
          }
        : rsyncTrouble(compared, true);
  }
  return trouble ?? { result: 'copied' };
}

/** Whether root may give files away here: a storage may take root for nobody. Leaves nothing behind. */
function ownershipRefused(target: string, somebody: number): TaskRefusal | null {
  const probe = join(target, `.datamark-probe-${randomBytes(8).toString('hex')}`);
  try {
    writeFileSync(probe, '', { flag: 'wx', mode: 0o600 });
    chownSync(probe, somebody, -1);
    return null;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      // Deleting what is to go makes room.
      return null;
    }
    return {
      result: 'refused',
      problem: code === 'EROFS' ? 'read-only-file-system' : 'not-supported',
      detail: `Root may not write and give away files in this volume (${code}), so copying can’t bring owners back.`,
      next: 'Restore by swapping the volume, or clone the snapshot.',
      written: false
    };
  } finally {
    rmSync(probe, { force: true });
  }
}

/** At the root: what ext4 makes itself, and what is no part of the volume (a snapshot directory of the storage). */
function outside(source: string, target: string): string[] {
  const foreign = [source, target].flatMap(root => {
    const { dev } = lstatSync(root);
    return readdirSync(root).filter(name => lstatSync(join(root, name)).dev !== dev);
  });
  return [...new Set(['lost+found', ...foreign])];
}
