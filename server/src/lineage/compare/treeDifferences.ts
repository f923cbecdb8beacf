/**
 * Which files differ between two trees that don't change, two snapshots. Equal times prove nothing, so that contents are read
 * where sizes are equal, unless both names are one file of the disk. Links are not followed, and nothing is written.
 */
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readdir, readlink, type FileHandle } from 'node:fs/promises';
import type { FileDifferences } from '../../../../contract';

type Known = Extract<FileDifferences, { known: true }>;
type Change = Known['examples'][number]['change'];

const MOST_EXAMPLES = 100;
const BLOCK = 1 << 18;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const KIND = 0o170000n;

export interface CompareOptions {
  /** Aborted: what was not come to is told as such. */
  readonly signal: AbortSignal;
}

/** From one tree to the other. Throws system errors where a root can't be read. */
export async function treeDifferences(from: string, to: string, { signal }: CompareOptions): Promise<Known> {
  const found: Known = {
    known: true,
    complete: true,
    added: 0,
    removed: 0,
    changed: 0,
    undecided: 0,
    examples: [],
    omitted: 0
  };
  const note = (change: Change, path: string): void => {
    found[change] += 1;
    if (found.examples.length < MOST_EXAMPLES) {
      found.examples.push({ path: Buffer.from(path, 'latin1').toString(), change });
    }
  };
  const noteAll = async (change: 'added' | 'removed', root: string, path: string): Promise<void> => {
    if (signal.aborted) {
      found.complete = false;
      return;
    }
    const stats = await look(`${root}/${path}`);
    if (stats?.isDirectory() !== true) {
      note(change, path);
      return;
    }
    const names = await namesIn(`${root}/${path}`);
    if (names === null) {
      note('undecided', path);
    }
    for (const name of names ?? []) {
      await noteAll(change, root, `${path}/${name}`);
    }
  };
  const compare = async (path: string): Promise<void> => {
    const [one, other] = [`${from}/${path}`, `${to}/${path}`];
    const [names, others] = await Promise.all([namesIn(one), namesIn(other)]);
    if (names === null || others === null) {
      note('undecided', path);
      return;
    }
    const there = new Set(others);
    for (const name of names) {
      if (signal.aborted) {
        found.complete = false;
        return;
      }
      const below = path === '' ? name : `${path}/${name}`;
      if (!there.delete(name)) {
        await noteAll('removed', from, below);
        continue;
      }
      const [before, after] = await Promise.all([look(`${one}/${name}`), look(`${other}/${name}`)]);
      if (before?.isDirectory() === true && after?.isDirectory() === true) {
        await compare(below);
      } else if (before === null || after === null) {
        note('undecided', below);
      } else if (before.isDirectory() || after.isDirectory()) {
        await noteAll('removed', from, below);
        await noteAll('added', to, below);
      } else {
        const differ = await filesDiffer(`${one}/${name}`, before, `${other}/${name}`, after, signal);
        if (differ !== false) {
          note(differ === null ? 'undecided' : 'changed', below);
        }
      }
    }
    for (const name of there) {
      await noteAll('added', to, path === '' ? name : `${path}/${name}`);
    }
  };
  await Promise.all([from, to].map(root => readdir(root)));
  await compare('');
  return { ...found, complete: found.complete && !signal.aborted };
}

/** null: it can't be told. */
async function filesDiffer(
  one: string,
  before: BigIntStats,
  other: string,
  after: BigIntStats,
  signal: AbortSignal
): Promise<boolean | null> {
  if ((before.mode & KIND) !== (after.mode & KIND) || before.size !== after.size) {
    return true;
  }
  if (before.dev === after.dev && before.ino === after.ino) {
    return false;
  }
  try {
    if (before.isSymbolicLink()) {
      return (await readlink(asBytes(one), 'latin1')) !== (await readlink(asBytes(other), 'latin1'));
    }
    return before.isFile() ? await contentsDiffer(one, other, signal) : null;
  } catch {
    return null;
  }
}

async function contentsDiffer(one: string, other: string, signal: AbortSignal): Promise<boolean> {
  const opened: FileHandle[] = [];
  try {
    const left = await open(asBytes(one), READ);
    opened.push(left);
    const right = await open(asBytes(other), READ);
    opened.push(right);
    const [here, there] = [Buffer.allocUnsafe(BLOCK), Buffer.allocUnsafe(BLOCK)];
    for (let position = 0; ;) {
      signal.throwIfAborted();
      const [a, b] = await Promise.all([fill(left, here, position), fill(right, there, position)]);
      if (a !== b || !here.subarray(0, a).equals(there.subarray(0, b))) {
        return true;
      }
      if (a < BLOCK) {
        return false;
      }
      position += a;
    }
  } finally {
    await Promise.all(opened.map(handle => handle.close()));
  }
}

/** Reads until the buffer is full or the file ends. */
async function fill(handle: FileHandle, buffer: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) {
      break;
    }
    filled += bytesRead;
  }
  return filled;
}

/** Names are bytes, kept in strings of one character each. */
const asBytes = (path: string): Buffer => Buffer.from(path, 'latin1');

/** null: they can't be read. */
async function namesIn(path: string): Promise<string[] | null> {
  try {
    return (await readdir(asBytes(path), { encoding: 'latin1' })).sort();
  } catch {
    return null;
  }
}

/** null: it can't be looked at. */
const look = (path: string): Promise<BigIntStats | null> => lstat(asBytes(path), { bigint: true }).catch(() => null);
