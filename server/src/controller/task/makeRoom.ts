/**
 * Removes the files of the target that are to be replaced: where the room is short there is none for both at once, neither
 * on the way forward nor on the way back. What they were is in the source of that way, or in a snapshot of the present.
 */
import { lstatSync, readdirSync, unlinkSync, type BigIntStats } from 'node:fs';
import type { Trees } from './copyTree';

const SLASH = Buffer.from('/');

/** `left`: names at the root that are no part of the volume. */
export function makeRoom({ source, target, left }: Trees & { readonly left: readonly string[] }): void {
  remove(Buffer.from(source), Buffer.from(target), new Set(left));
}

function remove(source: Buffer, target: Buffer, left: ReadonlySet<string>): void {
  for (const name of readdirSync(target, { encoding: 'buffer' })) {
    const [from, to] = [source, target].map(directory => Buffer.concat([directory, SLASH, name])) as [Buffer, Buffer];
    const then = lstatSync(from, { bigint: true, throwIfNoEntry: false });
    const now = lstatSync(to, { bigint: true });
    // What the source does not have, rsync deletes.
    if (then === undefined || left.has(name.toString())) {
      continue;
    }
    if (then.isDirectory() && now.isDirectory()) {
      remove(from, to, new Set());
    } else if (then.isFile() && now.isFile() && differs(then, now)) {
      unlinkSync(to);
    }
  }
}

const differs = (one: BigIntStats, other: BigIntStats): boolean =>
  one.size !== other.size || one.mtimeNs !== other.mtimeNs;
