/** How much a directory holds now. */
import { setImmediate } from 'node:timers/promises';
import type { Job } from './job';
import type { Loss } from './measureLoss';
import { isGone } from './systemProblem';
import { walkTree } from './walkTree';

const BATCH = 512;

/** Job: counts every file, or says why that can't be done. */
export const measureTree: Job<{ path: string }, Loss> = async (context, { path }) => {
  let bytes = 0;
  let files = 0;
  let handled = 0;
  let unreadable = 0;
  const onOmitted = (): void => void (unreadable += 1);
  try {
    for (const entry of walkTree({ root: path, volume: false, excludes: () => false, onOmitted })) {
      bytes += entry.size;
      files += entry.type === 'directory' ? 0 : 1;
      handled += 1;
      if (handled % BATCH === 0) {
        await setImmediate();
        context.signal.throwIfAborted();
      }
    }
  } catch (error) {
    if (isGone(error)) {
      return { lost: { known: false, reason: 'The directory is gone.' }, files: null };
    }
    throw error;
  }
  return unreadable > 0
    ? { lost: { known: false, reason: `${unreadable} of its files and directories can’t be read.` }, files: null }
    : { lost: { known: true, bytes }, files };
};
