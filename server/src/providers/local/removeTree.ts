/** Removes whole trees that were moved to the trash: read-only directories included, links never followed. */
import * as fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { joinBytePath, toBytePath, toSystemPath, type BytePath } from './bytePath';
import type { JobContext } from './job';
import { Store } from './store';
import { isGone } from './systemProblem';

const BATCH = 256;

/** Does something to what may be gone meanwhile: two removals of the same tree don't disturb each other. */
function ifThere<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (isGone(error)) {
      return null;
    }
    throw error;
  }
}

function openDirectory(directory: BytePath): fs.Dirent[] {
  const path = toSystemPath(directory);
  return (
    ifThere(() => {
      // Trees of snapshots are read-only, and nothing can be unlinked in a read-only directory.
      fs.chmodSync(path, 0o700);
      return fs.readdirSync(path, { withFileTypes: true, encoding: 'latin1' });
    }) ?? []
  );
}

/** Directories of a tree, parents first, with everything else removed on the way. */
async function removeFiles(root: BytePath, signal: AbortSignal): Promise<BytePath[]> {
  const directories = [root];
  let handled = 0;
  // The list grows while it is walked.
  for (const directory of directories) {
    for (const item of openDirectory(directory)) {
      const path = joinBytePath(directory, item.name);
      if (item.isDirectory()) {
        directories.push(path);
      } else {
        ifThere(() => fs.unlinkSync(toSystemPath(path)));
      }
      handled += 1;
      if (handled % BATCH === 0) {
        await setImmediate();
        signal.throwIfAborted();
      }
    }
  }
  return directories;
}

/** Removes a file or a whole tree; one that is not there is fine. Interrupted, it can be called again. */
export async function removeTree(path: string, signal: AbortSignal): Promise<void> {
  const root = toBytePath(path);
  const stat = fs.lstatSync(toSystemPath(root), { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) {
    ifThere(() => fs.unlinkSync(toSystemPath(root)));
    return;
  }
  const directories = await removeFiles(root, signal);
  for (const directory of directories.reverse()) {
    ifThere(() => fs.rmdirSync(toSystemPath(directory)));
  }
}

/** Job: removes everything in a store's trash. */
export async function emptyTrash(context: JobContext, input: { root: string }): Promise<null> {
  const store = new Store(input.root);
  for (const name of fs.existsSync(store.trash) ? fs.readdirSync(store.trash) : []) {
    context.progress('Removing files');
    await removeTree(`${store.trash}/${name}`, context.signal);
  }
  return null;
}
