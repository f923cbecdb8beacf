/**
 * What a restore does to the live tree, one path at a time. Plain data: made by planActions.ts, kept in the journal,
 * carried out by swap.ts and taken back by rollBack.ts.
 */
import type { BytePath } from '../bytePath';
import type { ManifestEntry } from '../manifest';

/** A file or symlink takes the place of what is there; `before` is null where the safety snapshot holds nothing. */
export interface WriteAction {
  readonly kind: 'write';
  readonly path: BytePath;
  readonly before: ManifestEntry | null;
  readonly after: ManifestEntry;
}

/**
 * One step on one path. `before` is what the safety snapshot recorded there, `after` what the restored snapshot holds.
 * - `remove`: a file or symlink goes away.
 * - `metadata`: the content is equal; mode, owner or time of the file go back.
 * - `mkdir`, `rmdir`: a directory comes or goes.
 * - `settle`: a directory gets its final mode, owner and time, after everything inside it.
 */
export type Action =
  | WriteAction
  | { readonly kind: 'remove'; readonly path: BytePath; readonly before: ManifestEntry }
  | {
      readonly kind: 'metadata';
      readonly path: BytePath;
      readonly before: ManifestEntry;
      readonly after: ManifestEntry;
    }
  | { readonly kind: 'mkdir'; readonly path: BytePath; readonly after: ManifestEntry }
  | { readonly kind: 'rmdir'; readonly path: BytePath; readonly before: ManifestEntry }
  | {
      readonly kind: 'settle';
      readonly path: BytePath;
      readonly before: ManifestEntry | null;
      readonly after: ManifestEntry;
    };

/** Bits of a mode that chmod can set. */
export const PERMISSIONS = 0o7777;
