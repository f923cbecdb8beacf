/** Chosen paths as a tree of names, so that a walk meets each entry once and opens nothing else. Names are bytes as latin1. */

export interface Chosen {
  /** It and all below it. */
  readonly all: boolean;
  readonly below: ReadonlyMap<string, Chosen>;
}

interface Growing extends Chosen {
  all: boolean;
  readonly below: Map<string, Growing>;
}

const grow = (): Growing => ({ all: false, below: new Map() });

/** Of paths relative to the root, without `..`, as the contract checks them. */
export function chosenTree(paths: readonly string[]): Chosen {
  const root = grow();
  for (const path of paths) {
    let at = root;
    for (const name of Buffer.from(path).toString('latin1').split('/')) {
      const next = at.below.get(name) ?? grow();
      at.below.set(name, next);
      at = next;
    }
    at.all = true;
  }
  return root;
}

/** What was chosen at or below a node, as paths. */
export function pathsOf({ all, below }: Chosen, at: string): string[] {
  return all ? [at] : [...below].flatMap(([name, next]) => pathsOf(next, at === '' ? name : `${at}/${name}`));
}

/** As system calls take a path, and as people read it. */
export const systemPath = (path: string): Buffer => Buffer.from(path, 'latin1');
export const shownPath = (path: string): string => systemPath(path).toString();
