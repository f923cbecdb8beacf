/** The directories this server works on, as configured: names, ids and stores. Nothing is made here. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Volume } from '../../../../contract';
import type { LocalConfiguration } from '../../configuration';
import { slugOf } from './snapshotName';
import { Store } from './store';
import { StoreLock } from './storeLock';
import { STORE_DIRECTORY, STORE_MARKER } from './walkTree';

/** One directory with its store. */
export interface LocalVolume {
  /** `<slug>-<8 hex of sha256 of the real path>` */
  readonly id: string;
  readonly name: string;
  /** Begins the names of its snapshots and clones; no other volume of this server has it. */
  readonly slug: string;
  readonly role: Volume['role'];
  /** Real, absolute path. */
  readonly root: string;
  readonly store: Store;
  readonly lock: StoreLock;
}

/** The real path, or the path itself while nothing is there. */
export const realPath = (path: string): string => {
  try {
    return fs.realpathSync(path);
  } catch {
    return resolve(path);
  }
};

/** The store that a path lies in, or null: a snapshot must not be taken of snapshots. */
export function enclosingStore(root: string): string | null {
  for (let path = root; path !== dirname(path); path = dirname(path)) {
    if (basename(path) === STORE_DIRECTORY && fs.existsSync(join(path, STORE_MARKER))) {
      return path;
    }
  }
  return null;
}

/** Path below the Jupyter server's root with `/`, or null where it is not below it. */
export function browsePathOf(path: string, serverRoot: string | null): string | null {
  if (serverRoot === null) {
    return null;
  }
  const below = relative(realPath(serverRoot), path);
  return below === '..' || below.startsWith('../') ? null : below;
}

/** The volumes of a configuration; a directory that is named twice is one volume. */
export function localVolumes(configuration: LocalConfiguration, socket: string | null): LocalVolume[] {
  const volumes = new Map<string, LocalVolume>();
  const slugs = new Set<string>();
  for (const configured of configuration.volumes) {
    const root = realPath(configured.path);
    if (volumes.has(root)) {
      continue;
    }
    const name = configured.name ?? (basename(root) || 'root');
    const wanted = slugOf(name, 40, 'volume');
    let slug = wanted;
    for (let number = 2; slugs.has(slug); number += 1) {
      slug = `${wanted}-${number}`;
    }
    slugs.add(slug);
    const store = new Store(root);
    volumes.set(root, {
      id: `${wanted}-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`,
      name,
      slug,
      role: volumes.size === 0 ? 'home' : 'data',
      root,
      store,
      lock: new StoreLock(store, socket)
    });
  }
  return [...volumes.values()];
}
