/** What a restore means for a person: counts, bytes, and true sentences about what it can't or won't do. Pure. */
import type { RestoreChanges } from '../../../../../contract';
import { displayPath, type BytePath } from '../bytePath';
import type { Manifest, ManifestEntry } from '../manifest';
import type { Action } from './actions';

/** Files and bytes per kind of change. Directories and mere metadata are not counted. */
export function countChanges(actions: readonly Action[]): Extract<RestoreChanges, { known: true }> {
  const changes = {
    known: true as const,
    reverted: { files: 0, bytes: 0 },
    returned: { files: 0, bytes: 0 },
    removed: { files: 0, bytes: 0 }
  };
  for (const action of actions) {
    if (action.kind === 'write') {
      const kind = action.before === null ? changes.returned : changes.reverted;
      kind.files += 1;
      kind.bytes += action.after.size;
    } else if (action.kind === 'remove') {
      changes.removed.files += 1;
      changes.removed.bytes += action.before.size;
    }
  }
  return changes;
}

/** Bytes that are staged before anything changes, where the file system can't share them. */
export const bytesToStage = (actions: readonly Action[]): number =>
  actions.reduce(
    (sum, action) => sum + (action.kind === 'write' && action.after.type === 'file' ? action.after.size : 0),
    0
  );

const NAMED = 3;

/** `a, b, c and 4 more` */
export function nameSome(paths: readonly BytePath[]): string {
  const named = paths.slice(0, NAMED).map(displayPath).join(', ');
  return paths.length <= NAMED ? named : `${named} and ${paths.length - NAMED} more`;
}

/** `1 file`, `2 files` */
export const files = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;

/** What the counts don't say. */
export function limitsOf(
  actions: readonly Action[],
  blocked: readonly BytePath[],
  target: Manifest,
  owner: { readonly uid: number; readonly gid: number } | null
): string[] {
  const sentences: string[] = [];
  const metadata = actions.filter(action => action.kind === 'metadata').length;
  if (metadata > 0) {
    sentences.push(
      `${files(metadata)} ${metadata === 1 ? 'keeps its' : 'keep their'} content; only permissions, owner or time go back.`
    );
  }
  const linked = hardLinked(actions, target);
  if (linked.length > 0) {
    sentences.push(`Hard links come back as separate files: ${nameSome(linked)}.`);
  }
  if (owner !== null) {
    const foreign = actions.flatMap(action =>
      action.kind === 'write' && (action.after.uid !== owner.uid || action.after.gid !== owner.gid) ? [action.path] : []
    );
    if (foreign.length > 0) {
      sentences.push(`You become the owner of ${files(foreign.length)} of other owners: ${nameSome(foreign)}.`);
    }
  }
  if (blocked.length > 0) {
    sentences.push(
      `${files(blocked.length)} can’t come back, because a folder that can’t be removed is in the way: ${nameSome(blocked)}.`
    );
  }
  return sentences;
}

function hardLinked(actions: readonly Action[], target: Manifest): BytePath[] {
  const inode = (entry: ManifestEntry): string => `${entry.dev}:${entry.ino}`;
  const links = new Map<string, number>();
  for (const entry of target.entries.values()) {
    if (entry.type === 'file') {
      links.set(inode(entry), (links.get(inode(entry)) ?? 0) + 1);
    }
  }
  return actions.flatMap(action =>
    action.kind === 'write' && action.after.type === 'file' && (links.get(inode(action.after)) ?? 0) > 1
      ? [action.path]
      : []
  );
}
