/**
 * When two manifest entries are surely equal, and when only reading both files tells.
 * Pure; the reading is done by compareContent.ts.
 */
import type { BytePath } from '../bytePath';
import { unchangedSince, type Manifest, type ManifestEntry } from '../manifest';
import { sameTime } from '../fileTime';

/** Whether mode, time and (where it can be set) owner are equal. */
export const sameMetadata = (present: ManifestEntry, target: ManifestEntry, canChown: boolean): boolean =>
  present.mode === target.mode &&
  sameTime(present.mtimeNs, target.mtimeNs) &&
  (!canChown || (present.uid === target.uid && present.gid === target.gid));

/**
 * Paths whose content may or may not be equal: files of the same size that were written or moved since. Equal times
 * prove nothing (`cp -p`, tar and `touch -r` keep them), and another time does not prove another content.
 */
export function* undecided(present: ReadonlyMap<BytePath, ManifestEntry>, target: Manifest): Generator<BytePath> {
  for (const [path, after] of target.entries) {
    const before = present.get(path);
    if (
      before?.type === 'file' &&
      after.type === 'file' &&
      before.size === after.size &&
      !unchangedSince(target, before)
    ) {
      yield path;
    }
  }
}
