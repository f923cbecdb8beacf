/** What a volume's file system is and can do, found out by trying once, not by its name. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { isReflinkRefused } from './copyFile';
import type { TreeMethod } from './snapshotRecord';
import type { Store } from './store';
import { errorCode } from './systemProblem';

/** The best way to copy trees in this store: tries on files of its own there and removes them. */
export function copyMethodOf(store: Store): TreeMethod {
  const probe = join(store.path, `.probe.${randomBytes(6).toString('hex')}`);
  try {
    // Not empty: some file systems accept to share nothing.
    fs.writeFileSync(probe, Buffer.alloc(65_536, 1), { flag: 'wx', mode: 0o600 });
    try {
      fs.copyFileSync(probe, `${probe}.copy`, fs.constants.COPYFILE_FICLONE_FORCE);
      return 'reflink';
    } catch (error) {
      if (!isReflinkRefused(error)) {
        throw error;
      }
    }
    try {
      fs.linkSync(probe, `${probe}.link`);
      return 'hardlink';
    } catch (error) {
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'].includes(errorCode(error) ?? '')) {
        throw error;
      }
      return 'copy';
    }
  } finally {
    for (const path of [probe, `${probe}.copy`, `${probe}.link`]) {
      fs.rmSync(path, { force: true });
    }
  }
}

const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Type of the file system at a real path; null where that can't be told. */
export function fileSystemType(path: string): string | null {
  try {
    return typeInMountinfo(path, fs.readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    // No such file: another system than Linux.
    return null;
  }
}

/** The same, from the text of proc_pid_mountinfo(5). */
export function typeInMountinfo(path: string, mountinfo: string): string | null {
  let best: { at: string; type: string } | null = null;
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ');
    const at = unescape(before?.split(' ')[4] ?? '');
    const type = after?.split(' ')[0];
    const covers = at !== '' && (path === at || path.startsWith(at === '/' ? '/' : `${at}/`));
    // Of equal ones the later line is on top.
    if (covers && type !== undefined && at.length >= (best?.at.length ?? 0)) {
      best = { at, type };
    }
  }
  return best?.type ?? null;
}

const WORDS: Record<TreeMethod, string> = { reflink: 'shared blocks', hardlink: 'hard links', copy: 'full copies' };

/** What stores a volume, for people, for example `ext4, hard links`. */
export const driverText = (type: string | null, method: TreeMethod | null): string =>
  [type ?? 'directory', ...(method === null ? [] : [WORDS[method]])].join(', ');
