/** What the messages of rsync and sync mean for the person who restores. Pure. */
import type { Rsynced } from './runRsync';
import type { TaskRefusal } from './taskOrder';

const CAUSES: readonly { readonly sign: RegExp; readonly problem: string; readonly next: string }[] = [
  {
    sign: /No space left on device|Disk quota exceeded/,
    problem: 'disk-full',
    next: 'Free some space in the volume, or have it made larger, then restore again.'
  },
  {
    sign: /Read-only file system/,
    problem: 'read-only-file-system',
    next: 'Ask an admin why the volume is read-only.'
  },
  {
    sign: /Permission denied|Operation not permitted/,
    problem: 'forbidden',
    next: 'Ask an admin whether the storage lets root read and write there.'
  },
  {
    sign: /Input\/output error|Stale file handle/,
    problem: 'storage-failed',
    next: 'Ask an admin to look at the storage.'
  }
];

/** The refusal for a run that has failed. */
export function rsyncTrouble(
  { code, errors }: Rsynced,
  written: boolean,
  what = 'The files can’t be copied'
): TaskRefusal {
  const found = CAUSES.map(cause => ({ ...cause, line: errors.find(line => cause.sign.test(line)) })).find(
    ({ line }) => line !== undefined
  );
  const said = (found?.line ?? errors[0] ?? `it ended with ${code}`).replace(/^r?sync: (\[\w+\] )?/, '');
  return {
    result: 'refused',
    problem: found?.problem ?? 'storage-failed',
    detail: `${what}: ${said}.`,
    next: found?.next ?? 'Try again; if it fails again, ask an admin to look at the storage.',
    written
  };
}
