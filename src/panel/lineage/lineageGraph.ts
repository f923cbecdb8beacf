/** Where the nodes of the graph stand: volume, snapshot, run, model version, alias, from left to right. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Snapshot, Volume } from '../../../contract';
import { snapshotLabel } from '../../dialogs/words';
import type { SeenRun } from '../../model/runsLook';
import { webPage } from '../../model/webPage';
import { fateLabel, runName, versionName } from './lineageWords';

export const NODE = { width: 148, height: 44 } as const;
const GAP = { across: 28, down: 10 } as const;
const COLUMNS = ['volume', 'snapshot', 'run', 'version', 'alias'] as const;
const MARGIN = 4;

/** One node; `x` and `y` of its upper left corner, in CSS pixels. */
export interface GraphNode {
  readonly id: string;
  readonly kind: (typeof COLUMNS)[number];
  /** What it is, in words for people. */
  readonly word: string;
  readonly name: string;
  /** What it leads to; null: nothing. */
  readonly leads: { readonly page: string } | { readonly snapshot: string } | null;
  readonly isHere: boolean;
  /** Gone, or not surely what the run used. */
  readonly isBad: boolean;
  readonly x: number;
  readonly y: number;
}

/** From one node to the next column. */
export interface GraphEdge {
  readonly from: GraphNode;
  readonly to: GraphNode;
  /** The run names its snapshot without an id. */
  readonly isUnsure: boolean;
}

export interface LineageGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly width: number;
  readonly height: number;
}

export interface GraphParts {
  readonly volume: Volume;
  /** null: all that the runs name. */
  readonly snapshot: Snapshot | null;
  readonly runs: readonly SeenRun[];
  /** Of how many, for the words. */
  readonly total: number;
  readonly known: (name: string) => Snapshot | null;
}

/** The graph of these runs. */
export function lineageGraph(parts: GraphParts, trans: TranslationBundle): LineageGraph {
  const { volume, runs, total, known } = parts;
  const found = new Map<string, Omit<GraphNode, 'x' | 'y'>>();
  const links = new Map<string, { from: string; to: string; isUnsure: boolean }>();
  const add = (node: Omit<GraphNode, 'x' | 'y'>): string => {
    if (!found.has(node.id)) {
      found.set(node.id, node);
    }
    return node.id;
  };
  const connect = (from: string, to: string, isUnsure = false) => links.set(`${from} > ${to}`, { from, to, isUnsure });
  const plain = { leads: null, isHere: false, isBad: false };
  const root = add({ ...plain, id: 'volume', kind: 'volume', word: trans.__('Volume'), name: volume.name });
  const own = (snapshot: Snapshot): string =>
    add({
      id: `snapshot ${snapshot.uid}`,
      kind: 'snapshot',
      word: trans.__('Snapshot'),
      name: snapshotLabel(snapshot),
      leads: { snapshot: snapshot.name },
      isHere: snapshot.uid === parts.snapshot?.uid,
      isBad: false
    });
  if (parts.snapshot !== null) {
    connect(root, own(parts.snapshot));
  }
  runs.forEach((seen, at) => {
    const { run } = seen;
    const node = add({
      ...plain,
      id: `run ${run.id}`,
      kind: 'run',
      word: trans.__('Run, %1 of %2', at + 1, total),
      name: runName(run),
      leads: leadsTo(run.link)
    });
    for (const { link, now } of seen.snapshots) {
      if (link.volume !== volume.id && link.volume !== volume.name) {
        continue;
      }
      const snapshot = now.state === 'exists' || now.state === 'same-names' ? known(now.snapshot) : null;
      if (parts.snapshot !== null && snapshot?.uid !== parts.snapshot.uid) {
        continue;
      }
      const from =
        snapshot === null
          ? add({
              ...plain,
              id: `link ${link.snapshot} ${link.uid ?? ''}`,
              kind: 'snapshot',
              word: fateLabel(now, trans) ?? trans.__('Snapshot'),
              name: link.snapshot,
              isBad: now.state !== 'exists'
            })
          : own(snapshot);
      connect(root, from);
      connect(from, node, now.state === 'same-names');
    }
    for (const version of run.versions) {
      const name = versionName(version);
      const made = add({
        ...plain,
        id: `version ${name}`,
        kind: 'version',
        word: trans.__('Model version'),
        name,
        leads: leadsTo(run.link)
      });
      connect(node, made);
      for (const alias of version.aliases) {
        const named = { ...plain, kind: 'alias', word: trans.__('Alias'), name: alias } as const;
        connect(made, add({ ...named, id: `alias ${version.name}@${alias}` }));
      }
    }
  });
  return placed([...found.values()], [...links.values()]);
}

const leadsTo = (link: string | null): GraphNode['leads'] => {
  const page = webPage(link);
  return page === null ? null : { page };
};

/** Each column is centred beside the highest one. */
function placed(
  found: readonly Omit<GraphNode, 'x' | 'y'>[],
  links: readonly { from: string; to: string; isUnsure: boolean }[]
): LineageGraph {
  const columns = COLUMNS.map(kind => found.filter(node => node.kind === kind));
  const heightOf = (count: number) => Math.max(0, count * (NODE.height + GAP.down) - GAP.down);
  const highest = Math.max(...columns.map(column => heightOf(column.length)));
  const nodes = columns.flatMap((column, at) =>
    column.map((node, row) => ({
      ...node,
      x: MARGIN + at * (NODE.width + GAP.across),
      y: MARGIN + (highest - heightOf(column.length)) / 2 + row * (NODE.height + GAP.down)
    }))
  );
  const last = columns.findLastIndex(column => column.length > 0);
  const byId = new Map(nodes.map(node => [node.id, node]));
  return {
    nodes,
    edges: links.flatMap(({ from, to, isUnsure }) => {
      const [one, other] = [byId.get(from), byId.get(to)];
      return one === undefined || other === undefined ? [] : [{ from: one, to: other, isUnsure }];
    }),
    width: 2 * MARGIN + last * (NODE.width + GAP.across) + NODE.width,
    height: 2 * MARGIN + highest
  };
}

/** The node that a key leads to: along a column with ↑ ↓, to the nearest of the next column with ← →. */
export function nodeAfter(nodes: readonly GraphNode[], from: GraphNode, key: string): GraphNode | null {
  const same = nodes.filter(({ kind }) => kind === from.kind);
  const at = same.indexOf(from);
  switch (key) {
    case 'ArrowDown':
      return same[at + 1] ?? null;
    case 'ArrowUp':
      return same[at - 1] ?? null;
    case 'ArrowRight':
    case 'ArrowLeft': {
      const beyond = nodes.filter(({ x }) => (key === 'ArrowRight' ? x > from.x : x < from.x));
      const xs = beyond.map(({ x }) => x);
      const x = key === 'ArrowRight' ? Math.min(...xs) : Math.max(...xs);
      const column = beyond.filter(node => node.x === x);
      return column.sort((one, other) => Math.abs(one.y - from.y) - Math.abs(other.y - from.y))[0] ?? null;
    }
    case 'Home':
      return nodes[0] ?? null;
    case 'End':
      return nodes.at(-1) ?? null;
    default:
      return null;
  }
}
