/** Reads one text file below a folder, by a path that somebody else wrote: nothing outside is read, and no link is followed out. */
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** In bytes: notebooks with pictures in their outputs are large. */
const LARGEST = 64 << 20;

/** Its text; null: there is no such regular file below the root, or it can't be read. */
export async function fileBelow(root: string, path: string): Promise<string | null> {
  try {
    const top = await realpath(root);
    const real = await realpath(join(root, path));
    if (!real.startsWith(top.endsWith(sep) ? top : top + sep)) {
      return null;
    }
    const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      return stats.isFile() && stats.size <= LARGEST ? await file.readFile('utf8') : null;
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
