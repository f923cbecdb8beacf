/**
 * Answers in place of the sidecar as on a cluster: one home with snapshots, and a restore that the picture's script moves
 * on. The page, its words and its looks are the real ones; nothing is restored.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Page } from '@playwright/test';
import {
  API_PREFIX,
  type IndexedObject,
  type Operation,
  type Restore,
  type RestorePlan,
  type RunningStatus,
  type ServerEvent,
  type Snapshot,
  type Volume
} from '../../contract';

const YES = { available: true } as const;
const UNKNOWN = { known: false, reason: 'This storage does not tell.' } as const;
const GIB = 2 ** 30;

/** An instant so many minutes ago. */
export const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

const status = (): RunningStatus => ({
  state: 'running',
  version: '0.1.0',
  api: { major: 1, minor: 0 },
  provider: { kind: 'kubernetes', label: 'namespace research' },
  user: 'alice',
  platform: {
    kind: 'jupyterhub',
    label: 'JupyterHub',
    user: 'alice',
    server: null,
    namespace: 'research',
    pod: 'jupyter-alice',
    links: { servers: '/hub/home', spawn: '/hub/spawn/alice', create: null }
  },
  capabilities: { snapshot: YES, clone: YES, restore: YES, files: YES, delete: YES, hold: YES },
  notices: [],
  freshness: { current: true },
  node: 'v24.0.0',
  pid: 7,
  startedAt: ago(300)
});

const home = (name: string, snapshots: readonly Snapshot[]): Volume => ({
  kind: 'volume',
  id: 'claim-alice',
  uid: 'uid-home',
  name,
  mountPath: '/home/jovyan',
  browsePath: '',
  role: 'home',
  readOnly: false,
  requested: { known: true, bytes: 50 * GIB },
  used: { known: true, bytes: 12.4 * GIB },
  free: { known: true, bytes: 37.6 * GIB },
  driver: 'csi.trident.netapp.io',
  storageClass: 'ontap-nas',
  accessModes: ['ReadWriteOnce'],
  shared: null,
  trouble: null,
  can: { snapshot: YES, clone: YES, restore: YES, files: YES },
  snapshotCount: snapshots.length,
  lastSnapshotAt: snapshots[0]?.createdAt ?? null
});

/** A snapshot with this title, so many minutes old. */
export const snapshot = (title: string, minutes: number, change: Partial<Snapshot> = {}): Snapshot => ({
  kind: 'snapshot',
  name: `claim-alice.20261119-1408${String(Math.floor(minutes) % 60).padStart(2, '0')}z-a1b2`,
  uid: `uid-${minutes}`,
  volume: 'claim-alice',
  volumeName: 'home',
  createdAt: ago(minutes),
  createdBy: 'alice',
  title,
  note: '',
  notebook: null,
  heldUntil: null,
  heldBy: null,
  origin: 'datamark',
  state: { phase: 'ready', at: ago(minutes) },
  restoreSize: UNKNOWN,
  ownData: UNKNOWN,
  files: null,
  omissions: [],
  path: null,
  restoredFrom: null,
  ...change
});

/** A plan as the controller makes it where a swap is possible. */
export const swapPlan = (change: Partial<RestorePlan> = {}): RestorePlan => ({
  validUntil: new Date(Date.now() + 600_000).toISOString(),
  changes: { known: false, reason: 'This storage can’t list changes.' },
  countable: true,
  options: [
    {
      strategy: 'swap',
      possible: YES,
      cost: 'Seconds while the server is stopped; both volumes are kept for 14 days.',
      risk: 'home gets another volume. The present one is kept as it is and can come back.'
    },
    {
      strategy: 'copy',
      possible: YES,
      cost: 'The server is stopped while all changed files are copied.',
      risk: 'The files of home are overwritten. A snapshot of the present is made first.'
    },
    {
      strategy: 'files',
      possible: YES,
      cost: 'Space for the chosen files; nothing stops.',
      risk: 'They are written to a new folder beside, never over.'
    },
    {
      strategy: 'clone',
      possible: YES,
      cost: 'A second volume of the same size; nothing stops.',
      risk: 'home stays as it is.'
    }
  ],
  blockers: [],
  warnings: [],
  stopsServer: true,
  lastDurationMs: 47_000,
  ...change
});

const STEPS = [
  'Make and check the restored volume',
  'Stop your server',
  'Keep home as it is now',
  'Swap it in',
  'Check the result'
];

/** Steps of which so many are done; the next one runs, unless none is begun. */
export const steps = (done: number | null, texts: readonly string[] = STEPS): Restore['steps'] =>
  texts.map((text, at) =>
    done === null || at > done
      ? { text, state: 'todo', startedAt: null, durationMs: null }
      : at < done
        ? { text, state: 'done', startedAt: ago(1), durationMs: 9_000 + at * 1_700 }
        : { text, state: 'current', startedAt: ago(0.2), durationMs: null }
  );

let made = 0;

/** A restore of a snapshot, planned; each is another one. */
export const restoreOf = (of: Snapshot, change: Partial<Restore> = {}): Restore => ({
  kind: 'restore',
  id: `claim-alice.20261120-090000z-${String((made += 1)).padStart(4, '0')}`,
  uid: `uid-restore-${made}`,
  volume: of.volume,
  volumeName: of.volumeName,
  snapshot: of.name,
  snapshotLabel: of.title ?? of.name,
  snapshotCreatedAt: of.createdAt,
  undoOf: null,
  strategy: 'swap',
  requestedBy: 'alice',
  createdAt: ago(0.5),
  finishedAt: null,
  phase: 'planned',
  message: '',
  plan: swapPlan(),
  steps: steps(null),
  safetySnapshot: null,
  kept: null,
  undo: { possible: false, reason: 'It has not ended.' },
  problem: null,
  ...change
});

/** Serves what it is given to a page. */
export class SampleCluster {
  restores: Restore[] = [];
  operations: Operation[] = [];
  /** What a plan is answered with. */
  plan: Restore | null = null;
  volumes: Volume[];

  private constructor(
    readonly snapshots: Snapshot[],
    name: string
  ) {
    this.volumes = [home(name, snapshots)];
    this.server = createServer((request, response) => {
      this.answer(request, response);
    });
  }

  /** Starts it and puts it in the place of the sidecar. */
  static async behind(page: Page, snapshots: Snapshot[], name = 'home'): Promise<SampleCluster> {
    const cluster = new SampleCluster(snapshots, name);
    cluster.server.listen(0, '127.0.0.1');
    await once(cluster.server, 'listening');
    const address = cluster.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await page.route(`**${API_PREFIX}/**`, route => {
      const url = new URL(route.request().url());
      const path = url.pathname.slice(url.pathname.indexOf(API_PREFIX));
      return route.continue({ url: `http://127.0.0.1:${port}${path}${url.search}` });
    });
    return cluster;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** A restore as it is now. */
  tellRestore(restore: Restore): void {
    this.restores = [restore, ...this.restores.filter(({ id }) => id !== restore.id)];
    this.tell(restore);
  }

  tell(object: IndexedObject): void {
    const revision = ++this.revision;
    for (const stream of this.streams) {
      write(stream, { type: 'upsert', revision, object }, `e:${revision}`);
    }
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').slice(API_PREFIX.length).replace(/\?.*/, '');
    if (path === '/events') {
      this.stream(response);
      return;
    }
    const found = this.found(request.method ?? 'GET', path.split('/').slice(1).map(decodeURIComponent));
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? {}));
  }

  private found(method: string, [kind, id, part]: readonly string[]): unknown {
    if (method === 'POST' && kind === 'restores') {
      const approved = part === 'approve' ? this.restores.find(one => one.id === id) : undefined;
      return approved ?? this.plan ?? undefined;
    }
    switch (kind) {
      case 'status':
        return status();
      case 'volumes':
        return part === 'snapshots' ? this.page() : id === undefined ? { items: this.volumes } : this.volumes[0];
      case 'snapshots':
        return this.snapshots.find(({ name }) => name === id);
      case 'clones':
        return { items: [] };
      case 'restores':
        return id === undefined ? { items: this.restores } : this.restores.find(one => one.id === id);
      case 'operations':
        return { items: this.operations };
      default:
        return undefined;
    }
  }

  private page(): object {
    const days = new Map<string, { day: string; count: number; cursor: string }>();
    for (const { createdAt, name } of this.snapshots) {
      const day = createdAt.slice(0, 10);
      const known = days.get(day);
      days.set(day, known === undefined ? { day, count: 1, cursor: name } : { ...known, count: known.count + 1 });
    }
    const total = this.snapshots.length;
    return { items: this.snapshots, total, days: [...days.values()], nextCursor: null, revision: 'e:1' };
  }

  private stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
    write(response, { type: 'hello', epoch: 'e', revision: this.revision }, `e:${this.revision}`);
  }

  private readonly server: Server;
  private readonly streams = new Set<ServerResponse>();
  private revision = 1;
}

function write(response: ServerResponse, event: ServerEvent, id: string): void {
  response.write(`event: ${event.type}\nid: ${id}\ndata: ${JSON.stringify(event)}\n\n`);
}
