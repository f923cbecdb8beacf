/** Counts what going back from the present to an open snapshot would change, by kind, size and time; nothing is read. */
import { readdir } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { RestoreChanges } from '../../../../../contract';
import { systemPath } from './chosenTree';
import { look } from './measureChosen';

type Known = Extract<RestoreChanges, { known: true }>;
type Kind = 'reverted' | 'returned' | 'removed';

/** Not part of a volume's files. */
const OF_THE_STORAGE = ['.snapshot', 'lost+found'];

/** Throws where something can't be looked at: then nothing is known. */
export async function compareTrees(snapshot: string, present: string, signal: AbortSignal): Promise<Known> {
  const counts = { reverted: none(), returned: none(), removed: none() };
  const count = (kind: Kind, { size }: BigIntStats): void => {
    counts[kind].files += 1;
    counts[kind].bytes += Number(size);
  };
  const addAll = async (kind: Kind, path: string): Promise<void> => {
    signal.throwIfAborted();
    const stats = await look(path);
    if (stats?.isDirectory()) {
      for (const name of await namesOf(path)) {
        await addAll(kind, `${path}/${name}`);
      }
    } else if (stats !== null) {
      count(kind, stats);
    }
  };
  const compare = async (from: string, to: string, skip: readonly string[]): Promise<void> => {
    const now = new Set((await namesOf(to)).filter(name => !skip.includes(name)));
    for (const name of (await namesOf(from)).filter(one => !skip.includes(one))) {
      signal.throwIfAborted();
      const [one, other] = [`${from}/${name}`, `${to}/${name}`];
      const [before, after] = await Promise.all([look(one), now.delete(name) ? look(other) : null]);
      if (before === null) {
        throw new Error(`${one} can’t be looked at.`);
      } else if (before.isDirectory() && after?.isDirectory()) {
        await compare(one, other, []);
      } else if (after === null || before.isDirectory() !== after.isDirectory()) {
        await addAll('returned', one);
        await addAll('removed', other);
      } else if (differs(before, after)) {
        count('reverted', before);
      }
    }
    for (const name of now) {
      await addAll('removed', `${to}/${name}`);
    }
  };
  await compare(snapshot, present, OF_THE_STORAGE);
  return { known: true, ...counts };
}

const none = (): { files: number; bytes: number } => ({ files: 0, bytes: 0 });

const namesOf = (path: string): Promise<string[]> => readdir(systemPath(path), { encoding: 'latin1' });

const differs = (one: BigIntStats, other: BigIntStats): boolean =>
  (one.mode & 0o170000n) !== (other.mode & 0o170000n) || one.size !== other.size || one.mtimeNs !== other.mtimeNs;
