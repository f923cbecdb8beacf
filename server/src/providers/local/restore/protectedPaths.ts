/**
 * What a restore leaves as it is. Pure. A path that the safety snapshot does not hold could not be brought back by
 * Undo, and of a path that the restored snapshot left out nothing is known: neither is touched, nor what is below.
 */
import { parentOf, type BytePath } from '../bytePath';
import { excludePatterns, type Excludes } from '../excludePatterns';
import type { Manifest } from '../manifest';
import type { Omitted } from '../omissions';
import { CLONES_DIRECTORY, STORE_DIRECTORY } from '../walkTree';

/** Whether a path is left as it is. */
export type Protects = (entry: { readonly path: BytePath; readonly type: string }) => boolean;

/** Begin of the names of folders with files that changed during a restore. */
export const KEPT_PREFIX = 'kept-by-restore-';

/** The parts of a tree of which the manifest knows nothing. A file that changed during the copy is in the manifest. */
export const unknownPaths = (omitted: readonly Omitted[]): BytePath[] =>
  omitted.flatMap(one => (one.reason === 'changed-during-copy' ? [] : [one.path]));

/** Makes the predicate for a restore from `present` to `target`. `exclude`: patterns that are in force now. */
export function protectedPaths(
  present: { readonly omitted: readonly Omitted[] },
  target: Manifest,
  exclude: readonly string[]
): Protects {
  const excludes: Excludes[] = [excludePatterns(exclude), excludePatterns(target.exclude)];
  const unknown = new Set([...unknownPaths(present.omitted), ...unknownPaths(target.omitted)]);
  const directories = new Map<BytePath, boolean>([['', false]]);
  const itself = (path: BytePath, isDirectory: boolean): boolean =>
    unknown.has(path) ||
    path === CLONES_DIRECTORY ||
    path === STORE_DIRECTORY ||
    path.endsWith(`/${STORE_DIRECTORY}`) ||
    // The only copies of what they hold, unless the restored snapshot has the folder itself.
    (path.startsWith(KEPT_PREFIX) && !path.includes('/') && !target.entries.has(path)) ||
    excludes.some(exclude => exclude(path, isDirectory));
  const directory = (path: BytePath): boolean => {
    const known = directories.get(path);
    if (known !== undefined) {
      return known;
    }
    const answer = directory(parentOf(path)) || itself(path, true);
    directories.set(path, answer);
    return answer;
  };
  return ({ path, type }) =>
    type === 'directory' ? directory(path) : directory(parentOf(path)) || itself(path, false);
}
