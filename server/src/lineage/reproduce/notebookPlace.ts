/** Where the notebook of a run lies in the snapshots of its volumes. Pure; names come from tags, which anybody may have written. */
import { posix } from 'node:path';
import type { Volume } from '../../../../contract';

/** A volume whose files of that time can be had. */
export interface NotebookVolume {
  readonly name: string;
  /** As it is here; undefined: it is no volume of this server. */
  readonly volume: Pick<Volume, 'mountPath' | 'browsePath'> | undefined;
}

/** Paths below the volume at which the file may be, the likeliest first; the name is a path of the file browser, or absolute. */
export function notebookPlaces(notebook: string, { volume }: NotebookVolume): string[] {
  const found: string[] = [];
  if (notebook.startsWith('/')) {
    if (volume !== undefined) {
      found.push(...below(notebook, volume.mountPath));
    }
  } else {
    // Without a server's root, or with another one's volume, nothing tells where it begins: the volume itself is likeliest.
    const root = volume?.browsePath ?? '';
    found.push(...(root === '' ? [notebook] : below(notebook, root)));
  }
  return found.map(path => posix.normalize(path)).filter(isBelow);
}

const below = (path: string, root: string): string[] => {
  const start = `${root.replace(/\/+$/, '')}/`;
  return path.startsWith(start) ? [path.slice(start.length)] : [];
};

/** Stays below the volume. */
const isBelow = (path: string): boolean =>
  path !== '' && path !== '.' && !path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\0');
