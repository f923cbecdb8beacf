/** Where the files of each snapshot of a reproduction are now, and where the live ones are that must not be read. Pure. */
import { join } from 'node:path';
import type { Clone, CreateReproduction, Snapshot, Volume } from '../../../../contract';
import { ProblemError } from '../../problemError';
import type { DataOfRun } from '../runData';
import { BESIDE, REPRODUCTIONS } from './reproductionFile';

type Given = CreateReproduction['data'][number];

/** What is made for one volume. */
export type WantedData =
  | { readonly kind: 'clone'; readonly one: DataOfRun; readonly snapshot: Snapshot }
  /** A clone of it is a volume of this server, which does not have the snapshot. */
  | { readonly kind: 'mounted'; readonly one: DataOfRun; readonly volume: Volume }
  | { readonly kind: 'given'; readonly given: Given };

/** Volumes of this server that are clones, by the uid of their snapshot. */
export type MountedClones = ReadonlyMap<string, Volume>;

/** The clone that stands for a snapshot which can’t be cloned here. */
export function mountedClone({ link, now }: DataOfRun, mounted: MountedClones): Volume | undefined {
  return link.uid === null || now.state === 'exists' ? undefined : mounted.get(link.uid);
}

/** What each volume of the run gets. Throws where that can't be said, by name. */
export function wantedData(
  snapshots: readonly DataOfRun[],
  given: readonly Given[],
  known: { readonly volumes: readonly Volume[]; readonly clones: readonly Clone[]; readonly mounted: MountedClones }
): WantedData[] {
  const roots = [
    ...known.volumes.map(({ mountPath }) => mountPath),
    ...known.clones.flatMap(({ path }) => (path === null ? [] : [path]))
  ];
  for (const { volume, path } of given) {
    const named = snapshots.length === 0 || snapshots.some(({ link }) => link.volume === volume);
    if (!named) {
      throw invalid(
        `The run names no snapshot of ${volume}.`,
        `It names ${snapshots.map(({ link }) => link.volume).join(', ')}.`
      );
    }
    if (!path.startsWith('/') || path.split('/').includes('..') || !roots.some(root => isIn(path, root))) {
      throw invalid(
        `${path} is in no volume and no clone of this server.`,
        'Name the folder of a clone, with its whole path.'
      );
    }
  }
  if (snapshots.length === 0) {
    if (given.length === 0) {
      throw cant('The run names no snapshot, so its data can’t be brought back.');
    }
    return given.map(one => ({ kind: 'given', given: one }));
  }
  return snapshots.map(one => {
    const { volume, snapshot: name } = one.link;
    const place = given.find(other => other.volume === volume);
    if (place !== undefined) {
      return { kind: 'given', given: place };
    }
    const here = mountedClone(one, known.mounted);
    if (here !== undefined) {
      return { kind: 'mounted', one, volume: here };
    }
    if (one.snapshot === null || one.now.state !== 'exists') {
      throw cant(one.now.state === 'exists' ? `The snapshot ${name} of ${volume} is not here.` : one.now.message, name);
    }
    return { kind: 'clone', one, snapshot: one.snapshot };
  });
}

/** The files of one volume. */
export interface DataPlace {
  readonly volume: string;
  /** Where the code reads and writes. */
  readonly here: string;
  /** Where files of that time are read, which nobody has changed; of a clone its snapshot, where that can be read. */
  readonly unchanged: string;
  /** The volume as it is now; null: it is no volume of this server. */
  readonly live: Volume | null;
  /** Whether it is a clone of the very snapshot. */
  readonly cloned: DataOfRun | null;
}

/** `clones` belong to the wanted ones of kind `clone`, in their order, and are mounted. */
export function dataPlaces(
  wanted: readonly WantedData[],
  clones: readonly (Clone & { readonly path: string })[],
  volumes: readonly Volume[]
): DataPlace[] {
  const left = [...clones];
  return wanted.map(item => {
    if (item.kind === 'given') {
      const { volume, path } = item.given;
      const live = volumes.find(({ id, name }) => id === volume || name === volume) ?? null;
      return { volume, here: path, unchanged: path, live, cloned: null };
    }
    if (item.kind === 'mounted') {
      const { link } = item.one;
      const live = volumes.find(({ id, name }) => id === link.volume || name === link.volume) ?? null;
      const { mountPath: here } = item.volume;
      return { volume: link.volume, here, unchanged: here, live, cloned: item.one };
    }
    const path = left.shift()?.path ?? '';
    const live = volumes.find(({ id }) => id === item.snapshot.volume) ?? null;
    return { volume: item.one.link.volume, here: path, unchanged: item.snapshot.path ?? path, live, cloned: item.one };
  });
}

/** Folder for the notebook and what the run keeps; absolute, and as the file browser has it. */
export interface ReproductionFolder {
  readonly path: string;
  readonly browsePath: string | null;
}

/** Beside the first clone, whose name has no dot; else in a volume that can be written. */
export function reproductionFolder(
  name: string,
  clones: readonly (Clone & { readonly path: string })[],
  volumes: readonly Volume[]
): ReproductionFolder {
  const [first] = clones;
  if (first !== undefined) {
    return {
      path: `${first.path}${BESIDE}`,
      browsePath: first.browsePath === null ? null : `${first.browsePath}${BESIDE}`
    };
  }
  const home = volumes.find(({ readOnly, role }) => !readOnly && role === 'home') ?? volumes.find(one => !one.readOnly);
  if (home === undefined) {
    throw new ProblemError('not-supported', {
      detail: 'No volume of this server can be written, so there is no place for the notebook.',
      next: 'Reproduce it on a server that has one.'
    });
  }
  const below = join(REPRODUCTIONS, name);
  return {
    path: join(home.mountPath, below),
    browsePath: home.browsePath === null ? null : join(home.browsePath, below)
  };
}

const isIn = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);

const invalid = (detail: string, next: string): ProblemError =>
  new ProblemError('invalid-request', { detail, next, fields: [{ path: 'body.data', message: detail }] });

const cant = (detail: string, object: string | null = null): ProblemError =>
  new ProblemError('not-supported', {
    detail,
    next: 'If you have its data elsewhere here, say where: --data VOLUME=PATH.',
    object
  });
