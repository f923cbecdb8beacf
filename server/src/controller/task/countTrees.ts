/** Counts what going back from one tree to another would change, by kind, size and time alone; nothing is read or written. */
import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { Trees } from './copyTree';
import type { TaskAnswer } from './taskOrder';

/** Entries between two looks at the clock. */
const STRIDE = 500;

class OutOfTime extends Error {}

/** `source` is the snapshot, `target` the present. */
export function countTrees({ source, target, seconds }: Trees & { readonly seconds: number }): TaskAnswer {
  const end = performance.now() + seconds * 1000;
  const counts = { reverted: none(), returned: none(), removed: none() };
  let looked = 0;
  const inTime = (): void => {
    if (++looked % STRIDE === 0 && performance.now() > end) {
      throw new OutOfTime();
    }
  };
  const add = (to: Change, path: string): void => {
    inTime();
    const stats = lstatSync(path, { bigint: true });
    if (stats.isDirectory()) {
      readdirSync(path).forEach(name => add(to, join(path, name)));
    } else {
      to.files++;
      to.bytes += Number(stats.size);
    }
  };
  const compare = (from: string, to: string, isRoot: boolean): void => {
    const then = names(from, isRoot);
    const now = names(to, isRoot);
    for (const name of then) {
      inTime();
      const [a, b] = [join(from, name), join(to, name)];
      if (!now.has(name)) {
        add(counts.returned, a);
        continue;
      }
      const [before, after] = [lstatSync(a, { bigint: true }), lstatSync(b, { bigint: true })];
      if (before.isDirectory() && after.isDirectory()) {
        compare(a, b, false);
      } else if (before.isDirectory() !== after.isDirectory()) {
        add(counts.returned, a);
        add(counts.removed, b);
      } else if (differs(before, after)) {
        counts.reverted.files++;
        counts.reverted.bytes += Number(before.size);
      }
    }
    for (const name of now) {
      if (!then.has(name)) {
        add(counts.removed, join(to, name));
      }
    }
  };
  try {
    compare(source, target, true);
    return { result: 'counted', ...counts };
  } catch (error) {
    return error instanceof OutOfTime
      ? unknown(`Counting took longer than ${seconds} s.`)
      : // The present may change meanwhile.
        unknown(`Not everything could be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`);
  }
}

interface Change {
  files: number;
  bytes: number;
}

const none = (): Change => ({ files: 0, bytes: 0 });

const names = (directory: string, isRoot: boolean): Set<string> =>
  new Set(readdirSync(directory).filter(name => !isRoot || (name !== 'lost+found' && name !== '.snapshot')));

const differs = (one: BigIntStats, other: BigIntStats): boolean =>
  (one.mode & 0o170000n) !== (other.mode & 0o170000n) || one.size !== other.size || one.mtimeNs !== other.mtimeNs;

const unknown = (detail: string): TaskAnswer => ({
  result: 'refused',
  problem: 'not-supported',
  detail,
  next: 'Restore without the numbers, or clone the snapshot and compare.',
  written: false
});
