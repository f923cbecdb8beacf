/**
 * The runs of one thing (a snapshot, a volume, a notebook) as MLflow told them. It asks only while somebody watches and the
 * page is visible; a search that takes long is asked for again until it is complete or nobody watches any more.
 */
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import {
  type LineageRun,
  type LinkedSnapshot,
  type MlflowStatus,
  problem,
  type Problem,
  type SnapshotNow
} from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import type { PageVisibility } from './datamarkModel';
import { pause } from './pause';

/** What was found is asked for anew when somebody looks again after this long, in ms. */
const FRESH_MS = 30_000;
/** The same where somebody opens another view of it, as after a cell: what was found just now serves both. */
const SERVES_BOTH_MS = 5_000;
/** Pause between two requests about one search, in ms. The server waits, too. */
const PAUSE_MS = 500;

/** A run, and what it says of its data. */
export interface SeenRun {
  readonly run: LineageRun;
  /** None: it names none. */
  readonly snapshots: readonly { readonly link: LinkedSnapshot; readonly now: SnapshotNow }[];
  /** Only the file name of its notebook is known. */
  readonly nameOnly: boolean;
}

/** Runs as of one moment. */
export interface FoundRuns {
  /** Newest first; of more than `total` says. */
  readonly runs: readonly SeenRun[];
  readonly total: number;
  /** There are older ones too, which nobody has counted. */
  readonly more?: true;
  /** How many experiments were searched. */
  readonly experiments: number;
  readonly asOf: Date;
}

/** One of these; what was found before stays beside what is wrong now. */
export type RunsContent =
  | { readonly state: 'unasked' }
  | { readonly state: 'loading'; readonly searched: number; readonly known: number; readonly before: FoundRuns | null }
  | { readonly state: 'ready'; readonly found: FoundRuns }
  | { readonly state: 'not-set-up'; readonly reason: string | null; readonly fix: string }
  | { readonly state: 'refused'; readonly problem: Problem; readonly before: FoundRuns | null };

/** One request; `anew`: what the server part found before does not serve. */
export interface RunsRequest {
  readonly signal: AbortSignal;
  readonly anew: boolean;
}

/** An answer of the server part, whichever route gave it. */
export interface RunsAnswer {
  readonly mlflow: MlflowStatus;
  readonly search: {
    readonly complete: boolean;
    readonly searched: number;
    readonly known: number;
    readonly asOf: string;
  } | null;
  readonly total: number;
  readonly more?: true;
  readonly runs: readonly SeenRun[];
}

export interface RunsLookOptions {
  readonly ask: (request: RunsRequest) => Promise<RunsAnswer>;
  readonly page: PageVisibility;
  readonly now?: () => Date;
  /** See PAUSE_MS. */
  readonly pause?: number;
}

/** The runs of one thing. */
export class RunsLook {
  private readonly options: RunsLookOptions;
  private readonly signal = new Signal<this, void>(this);
  private current: RunsContent = { state: 'unasked' };
  private watchers = 0;
  private request: AbortController | null = null;
  private stopWatchingPage: (() => void) | null = null;

  constructor(options: RunsLookOptions) {
    this.options = options;
  }

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  get content(): RunsContent {
    return this.current;
  }

  /** What was found last, however old it is. */
  get found(): FoundRuns | null {
    const { current } = this;
    return current.state === 'ready'
      ? current.found
      : current.state === 'loading' || current.state === 'refused'
        ? current.before
        : null;
  }

  get isWatched(): boolean {
    return this.watchers > 0;
  }

  /** Somebody looks at it. */
  watch(): IDisposable {
    this.watchers += 1;
    this.stopWatchingPage ??= this.options.page.onChange(() => this.follow());
    this.follow(SERVES_BOTH_MS);
    return new DisposableDelegate(() => {
      this.watchers -= 1;
      if (this.watchers === 0) {
        this.stopWatchingPage?.();
        this.stopWatchingPage = null;
        this.cancel();
      }
    });
  }

  /** Asks now, where somebody looks at it; a request that is under way serves. */
  async look(): Promise<void> {
    if (this.request !== null || this.watchers === 0 || !this.options.page.visible) {
      return;
    }
    const request = new AbortController();
    this.request = request;
    const before = this.found;
    this.show({ state: 'loading', searched: 0, known: 0, before });
    try {
      await this.untilComplete(before, request.signal);
    } catch (error) {
      if (!request.signal.aborted) {
        this.show({ state: 'refused', problem: problemOf(error), before });
      }
    } finally {
      if (this.request === request) {
        this.request = null;
      }
    }
  }

  /** Ends a search that is under way. */
  cancel(): void {
    if (this.request !== null) {
      const { found } = this;
      this.request.abort();
      this.request = null;
      this.show(found === null ? { state: 'unasked' } : { state: 'ready', found });
    }
  }

  /** What was found may have changed: it is asked for again when somebody looks, or now if somebody does. */
  outdated(): void {
    this.cancel();
    if (this.watchers > 0) {
      void this.look();
    } else {
      this.current = { state: 'unasked' };
    }
  }

  dispose(): void {
    this.stopWatchingPage?.();
    this.stopWatchingPage = null;
    this.watchers = 0;
    this.request?.abort();
    this.request = null;
    Signal.clearData(this);
  }

  private follow(fresh = FRESH_MS): void {
    if (!this.options.page.visible) {
      this.cancel();
    } else if (!this.isFresh(fresh)) {
      void this.look();
    }
  }

  private isFresh(ms: number): boolean {
    const { current } = this;
    return current.state === 'ready' && this.now().getTime() - current.found.asOf.getTime() < ms;
  }

  private async untilComplete(before: FoundRuns | null, signal: AbortSignal): Promise<void> {
    for (let anew = before !== null; ; anew = false) {
      const content = contentOf(await this.options.ask({ signal, anew }), before);
      if (signal.aborted) {
        return;
      }
      this.show(content);
      if (content.state !== 'loading') {
        return;
      }
      await pause(this.options.pause ?? PAUSE_MS, signal);
    }
  }

  private show(content: RunsContent): void {
    this.current = content;
    this.signal.emit();
  }

  private now(): Date {
    return this.options.now?.() ?? new Date();
  }
}

function contentOf({ mlflow, search, total, more, runs }: RunsAnswer, before: FoundRuns | null): RunsContent {
  switch (mlflow.state) {
    case 'not-set-up':
      return { state: 'not-set-up', reason: mlflow.reason ?? null, fix: mlflow.fix };
    case 'refuses':
      return { state: 'refused', problem: mlflow.problem, before };
    case 'answers':
      break;
  }
  if (search?.complete !== true) {
    return { state: 'loading', searched: search?.searched ?? 0, known: search?.known ?? 0, before };
  }
  const experiments = search.known;
  return {
    state: 'ready',
    found: { runs, total, ...(more === true ? { more } : {}), experiments, asOf: new Date(search.asOf) }
  };
}

function problemOf(error: unknown): Problem {
  return error instanceof ApiProblem
    ? error.problem
    : problem('internal', { detail: error instanceof Error ? error.message : String(error), next: '' });
}
