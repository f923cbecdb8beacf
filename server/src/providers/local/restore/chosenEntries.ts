/** What of a snapshot belongs to paths that somebody has chosen: they, all below them, and the folders above. Pure. */
import { parentOf, toBytePath, type BytePath } from '../bytePath';
import type { Manifest, ManifestEntry } from '../manifest';

export interface ChosenEntries {
  /** Parents first; the root and the folders above among them. */
  readonly entries: readonly ManifestEntry[];
  /** Chosen paths of which the snapshot has nothing. */
  readonly missing: readonly BytePath[];
  /** What the snapshot could not take of them when it was made. */
  readonly omitted: readonly BytePath[];
  readonly files: number;
  readonly bytes: number;
}

/** `paths`: relative to the volume, as people write them. */
export function chosenEntries(manifest: Manifest, paths: readonly string[]): ChosenEntries {
  const chosen = new Set(paths.map(toBytePath));
  const above = new Set<BytePath>(['']);
  for (const path of chosen) {
    for (let at = parentOf(path); at !== ''; at = parentOf(at)) {
      above.add(at);
    }
  }
  const isChosen = (path: BytePath): boolean => {
    for (let at = path; at !== ''; at = parentOf(at)) {
      if (chosen.has(at)) {
        return true;
      }
    }
    return false;
  };
  const there = [...manifest.entries.values()].filter(({ path }) => isChosen(path));
  const taken = new Set(there.map(({ path }) => path));
  const regular = there.filter(({ type }) => type === 'file');
  return {
    entries: [...manifest.entries.values()].filter(({ path }) => taken.has(path) || above.has(path)),
    missing: [...chosen].filter(path => !taken.has(path)),
    omitted: manifest.omitted.flatMap(({ path, reason }) =>
      reason !== 'changed-during-copy' && isChosen(path) ? [path] : []
    ),
    files: regular.length,
    bytes: regular.reduce((sum, { size }) => sum + size, 0)
  };
}
