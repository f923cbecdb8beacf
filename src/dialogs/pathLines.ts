/** Paths of one volume as a person writes them, one on a line: read, checked line by line, and added to. Pure. */
import { RESTORE_PATHS_MAX, RestorePath } from '../../contract';
import type { TranslationBundle } from '@jupyterlab/translation';

/** What people call a volume, and where it is mounted: a pasted whole path is meant, too. */
export interface IPathRoot {
  readonly volumeName: string;
  readonly mountPath: string | null;
}

/** The paths of a text, each once and relative to the volume, and what is wrong with it, or null. */
export interface IPathLines {
  readonly paths: readonly string[];
  readonly error: string | null;
}

/** Reads a text. Empty lines count as none; a slash at the end of a folder is left out. */
export function readPathLines(text: string, root: IPathRoot, trans: TranslationBundle): IPathLines {
  const { volumeName } = root;
  const paths = new Set<string>();
  let error: string | null = null;
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') {
      return;
    }
    const path = relative(line, root);
    if (RestorePath.safeParse(path).success) {
      paths.add(path);
    } else {
      error ??= trans.__('Line %1: write a path inside %2, without “..”.', index + 1, volumeName);
    }
  });
  if (paths.size > RESTORE_PATHS_MAX) {
    error ??= tooMany(trans);
  }
  return { paths: [...paths], error };
}

/** What is said of more paths than one restore takes. */
export const tooMany = (trans: TranslationBundle): string =>
  trans.__('At most %1 files and folders at once. Name their folder instead.', RESTORE_PATHS_MAX);

/** Whether a text has more lines than one restore takes paths; looks no further than it has to. */
export function hasTooManyLines(text: string): boolean {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0 && lines <= RESTORE_PATHS_MAX; at = text.indexOf('\n', at + 1)) {
    lines += 1;
  }
  return lines > RESTORE_PATHS_MAX;
}

/** The text with these paths added, each once. */
export function addPathLines(text: string, added: readonly string[], root: IPathRoot): string {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '');
  const known = new Set(lines.map(line => relative(line, root)));
  return [...lines, ...added.filter(path => !known.has(path))].map(line => `${line}\n`).join('');
}

/** Paths of the file browser that lie in a volume, relative to it; its own folder is none. */
export function pathsIn(browsePath: string | null, paths: readonly string[]): string[] {
  if (browsePath === null) {
    return [];
  }
  const prefix = browsePath === '' ? '' : `${browsePath}/`;
  return paths.filter(path => path !== '' && path.startsWith(prefix)).map(path => path.slice(prefix.length));
}

function relative(line: string, { mountPath }: IPathRoot): string {
  const path = line.replace(/\/+$/, '');
  return mountPath !== null && path.startsWith(`${mountPath}/`) ? path.slice(mountPath.length + 1) : path;
}
