/**
 * How many entries of a folder JupyterLab’s file dialog is given. It touches each one at every click, however many there
 * are; what is left out can be written by its path.
 */

/** Most files, and most folders, of one folder. */
export const SHOWN_OF_FOLDER = 1_000;

/** What of an entry counts. */
interface IEntry {
  readonly path: string;
  readonly type: string;
}

/** A filter that lets through the first so many of each folder, the same ones each time it is asked. */
export function firstOfEachFolder(most = SHOWN_OF_FOLDER): (entry: IEntry) => object | null {
  const shown = new Map<string, Set<string>>();
  return ({ path, type }) => {
    const key = `${type === 'directory' ? 'folders' : 'files'} of ${path.slice(0, path.lastIndexOf('/') + 1)}`;
    const names = shown.get(key) ?? new Set<string>();
    shown.set(key, names);
    if (names.size < most) {
      names.add(path);
    }
    return names.has(path) ? {} : null;
  };
}
