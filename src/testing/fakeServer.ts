/** The server part as models see it: lists that tests change, an event stream that tells it, faults on demand. */
import type {
  Clone,
  MirrorList,
  Operation,
  PinnedSnapshots,
  RecentRuns,
  Restore,
  RunningStatus,
  RunsOfSnapshot,
  ServerEvent,
  Snapshot,
  SnapshotPage,
  Status,
  Volume
} from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import type { IDatamarkApi, ISnapshotQuery } from '../tokens';
import { ONLINE, fakeApi, language, type Call } from './fakePage';
import { NO_MIRRORS } from './mirrorSamples';

type Streamed = { id: string | null; event: ServerEvent };

/** Snapshots are kept newest first; pages, days and cursors are as the contract says, days in UTC. */
export class FakeServer {
  readonly calls: Call[] = [];
  volumes: Volume[] = [];
  clones: Clone[] = [];
  restores: Restore[] = [];
  operations: Operation[] = [];
  snapshots: Snapshot[] = [];
  status: Status | ApiProblem = ONLINE.state === 'online' ? ONLINE.status : absent();
  /** What MLflow tells of runs, whatever is asked. */
  recentRuns: (signal?: AbortSignal) => RecentRuns = () => {
    throw absent();
  };
  runsOfSnapshot: (name: string) => RunsOfSnapshot = () => {
    throw absent();
  };
  pinned: (kernel: string) => PinnedSnapshots = kernel => ({ kernel, notebook: null, snapshots: [] });
  mirrors: (anew: boolean) => MirrorList = () => NO_MIRRORS;
  /** Thrown by lists instead of an answer. */
  fault: ApiProblem | null = null;
  /** How the next stream begins. */
  opening: 'hello' | 'reset' = 'hello';
  revision = 1;
  private readonly streams = new Set<{ push: (one: Streamed) => void; fail: (error: ApiProblem) => void }>();

  get api(): IDatamarkApi {
    return fakeApi(
      {
        status: async () => {
          if (this.status instanceof ApiProblem) {
            throw this.status;
          }
          return this.status;
        },
        volumes: () => this.list(this.volumes),
        clones: () => this.list(this.clones),
        restores: () => this.list(this.restores),
        operations: () => this.list(this.operations),
        snapshot: async name => {
          const found = this.snapshots.find(one => one.name === name);
          if (found === undefined) {
            throw absent();
          }
          return found;
        },
        snapshots: async (volume, query) => this.page(volume, query),
        recentRuns: async (_, signal) => this.recentRuns(signal),
        runsOfSnapshot: async ({ snapshot }) => this.runsOfSnapshot(snapshot),
        pinned: async kernel => this.pinned(kernel),
        mirrors: async anew => this.mirrors(anew),
        events: (lastEventId, signal) => this.stream(lastEventId, signal)
      },
      this.calls
    );
  }

  /** Number of streams that are open. */
  get open(): number {
    return this.streams.size;
  }

  called(method: string): number {
    return this.calls.filter(([name]) => name === method).length;
  }

  /** Puts a snapshot in its place and tells it. */
  put(snapshot: Snapshot): void {
    const others = this.snapshots.filter(({ name }) => name !== snapshot.name);
    this.snapshots = [...others, snapshot].sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
    this.tell({ type: 'upsert', revision: ++this.revision, object: snapshot });
  }

  take(name: string): void {
    const gone = this.snapshots.find(one => one.name === name);
    this.snapshots = this.snapshots.filter(one => one.name !== name);
    this.tell({ type: 'remove', revision: ++this.revision, kind: 'snapshot', id: name, volume: gone?.volume ?? null });
  }

  tell(event: ServerEvent): void {
    for (const stream of this.streams) {
      stream.push({ id: `e:${this.revision}`, event });
    }
  }

  /** Another status, told to all streams. */
  tellStatus(change: Partial<RunningStatus>): void {
    if (!(this.status instanceof ApiProblem) && this.status.state === 'running') {
      this.status = { ...this.status, ...change };
      for (const stream of this.streams) {
        stream.push({ id: null, event: { type: 'status', status: this.status } });
      }
    }
  }

  /** Breaks all streams. */
  breakStreams(): void {
    for (const stream of [...this.streams]) {
      stream.fail(ApiProblem.unreachable(language.trans, new Date()));
    }
  }

  private async list<T>(items: T[]): Promise<T[]> {
    if (this.fault !== null) {
      throw this.fault;
    }
    return [...items];
  }

  private page(volume: string, query: ISnapshotQuery): SnapshotPage {
    if (this.fault !== null) {
      throw this.fault;
    }
    const { q, from, to, cursor, skip = 0, limit = 100 } = query;
    const matches = this.snapshots.filter(
      one =>
        one.volume === volume &&
        (q === undefined || (one.title ?? '').includes(q)) &&
        (from === undefined || one.createdAt >= from) &&
        (to === undefined || one.createdAt < to)
    );
    const start = (cursor === undefined ? 0 : matches.findIndex(({ name }) => name === cursor)) + skip;
    const items = matches.slice(start, start + limit);
    const days = new Map<string, { day: string; count: number; cursor: string }>();
    for (const { createdAt, name } of matches) {
      const day = createdAt.slice(0, 10);
      const known = days.get(day);
      days.set(day, known === undefined ? { day, count: 1, cursor: name } : { ...known, count: known.count + 1 });
    }
    return {
      items,
      total: matches.length,
      days: [...days.values()],
      nextCursor: matches[start + limit]?.name ?? null,
      revision: `e:${this.revision}`
    };
  }

  private async *stream(lastEventId: string | null, signal: AbortSignal): AsyncGenerator<Streamed> {
    const waiting: (Streamed | ApiProblem)[] = [];
    let wake: () => void = () => undefined;
    const stream = {
      push: (one: Streamed) => {
        waiting.push(one);
        wake();
      },
      fail: (error: ApiProblem) => {
        waiting.push(error);
        wake();
      }
    };
    const onAbort = () => wake();
    signal.addEventListener('abort', onAbort);
    this.streams.add(stream);
    const first = { epoch: 'e', revision: this.revision };
    stream.push({ id: `e:${this.revision}`, event: { type: lastEventId === null ? 'hello' : this.opening, ...first } });
    try {
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next instanceof ApiProblem) {
          throw next;
        }
        if (next !== undefined) {
          yield next;
        } else {
          await new Promise<void>(resolve => (wake = resolve));
        }
      }
    } finally {
      this.streams.delete(stream);
      signal.removeEventListener('abort', onAbort);
    }
  }
}

function absent(): ApiProblem {
  return new ApiProblem('foreign', {
    type: 'about:blank',
    title: 'Not found',
    status: 404,
    detail: '',
    next: '',
    object: null
  });
}

/** Waits until a condition holds, looking again whenever something may have happened; fails after `deadline` ms. */
export async function until(holds: () => boolean, deadline = 3_000): Promise<void> {
  const end = Date.now() + deadline;
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error(`never came true: ${holds.toString()}`);
    }
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
