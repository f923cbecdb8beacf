/** Rows of the section: volume, snapshot, run, model version, one below the other. Pure. */
import type { Clone, LinkedSnapshot, ModelVersionRef, Snapshot, SnapshotNow, Volume } from '../../../contract';
import { isDataOf } from '../../model/lineageModel';
import type { SeenRun } from '../../model/runsLook';

/** One row; `level` from 0. */
export type LineageItem = { readonly id: string; readonly level: number } & (
  | { readonly kind: 'volume'; readonly volume: Volume }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  /** One that only runs tell of. */
  | { readonly kind: 'link'; readonly link: LinkedSnapshot; readonly now: SnapshotNow }
  | { readonly kind: 'run'; readonly seen: SeenRun }
  | { readonly kind: 'version'; readonly version: ModelVersionRef; readonly seen: SeenRun }
  | { readonly kind: 'clone'; readonly clone: Clone }
);

export interface LineageTree {
  readonly items: readonly LineageItem[];
  /** How many different runs are among them. */
  readonly runs: number;
}

/** What one snapshot is the data of, with its clones. */
export function treeOfSnapshot(
  volume: Volume | null,
  snapshot: Snapshot,
  runs: readonly SeenRun[],
  clones: readonly Clone[],
  most: number
): LineageTree {
  // Runs of another snapshot of its name are not its own.
  const own = runs.filter(
    one => isDataOf(one, snapshot) || one.snapshots.some(({ now }) => now.state === 'same-names')
  );
  const shown = own.slice(0, most);
  const above: LineageItem[] = volume === null ? [] : [{ id: 'volume', level: 0, kind: 'volume', volume }];
  return {
    items: [
      ...above,
      { id: snapshot.name, level: 1, kind: 'snapshot', snapshot },
      ...shown.flatMap(one => rowsOfRun(one, snapshot.name, 2)),
      ...clones
        .filter(({ source }) => source.kind === 'snapshot' && source.name === snapshot.name)
        .map(clone => ({ id: idOf('clone', clone.id), level: 2, kind: 'clone', clone }) as const)
    ],
    runs: shown.length
  };
}

/** The snapshots of a volume that runs name, in the order of their newest runs. */
export function treeOfVolume(
  volume: Volume,
  runs: readonly SeenRun[],
  known: (name: string) => Snapshot | null,
  most: number
): LineageTree {
  const shown = runs.slice(0, most);
  const groups = new Map<string, { head: LineageItem; rows: LineageItem[] }>();
  for (const seen of shown) {
    for (const { link, now } of seen.snapshots.filter(({ link: { volume: name } }) => isVolume(volume, name))) {
      const id = idOf(link.snapshot, link.uid ?? '');
      const snapshot = now.state === 'exists' ? known(now.snapshot) : null;
      const group = groups.get(id) ?? {
        head:
          snapshot === null ? { id, level: 1, kind: 'link', link, now } : { id, level: 1, kind: 'snapshot', snapshot },
        rows: []
      };
      group.rows.push(...rowsOfRun(seen, id, 2));
      groups.set(id, group);
    }
  }
  return {
    items: [
      { id: 'volume', level: 0, kind: 'volume', volume },
      ...[...groups.values()].flatMap(({ head, rows }) => [head, ...rows])
    ],
    runs: shown.length
  };
}

/** Ids of rows become ids of elements, which hold no spaces. */
const idOf = (...parts: string[]): string => parts.map(encodeURIComponent).join('~');

/** Links call a volume by its claim or by its directory. */
const isVolume = ({ id, name }: Volume, linked: string): boolean => linked === id || linked === name;

const rowsOfRun = (seen: SeenRun, above: string, level: number): LineageItem[] => [
  { id: `${above}.${seen.run.id}`, level, kind: 'run', seen },
  ...seen.run.versions.map(
    version =>
      ({
        id: `${above}.${seen.run.id}.${idOf(version.name, version.version)}`,
        level: level + 1,
        kind: 'version',
        version,
        seen
      }) as const
  )
];
