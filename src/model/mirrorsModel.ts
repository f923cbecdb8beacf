/**
 * All that the page knows of mirrors. It asks once when the panel comes into view, and from time to time only while somebody
 * watches and the page is visible; events of the stream are taken over at once. What was told before stays beside a refusal.
 */
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { problem, type Mirror, type MirrorList, type Problem, type ServerEvent } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import type { IDatamarkApi, IDatamarkModel } from '../tokens';
import type { PageVisibility } from './datamarkModel';
import { afterEvent } from './listState';
import { pause } from './pause';
import { StaleWatch } from './staleWatch';

/** Pause between two requests while somebody watches, in ms. */
const POLL_MS = 30_000;
/** What was told this lately serves who begins to watch, in ms. */
const SERVES_MS = 5_000;

/** Mirrors as of one moment. */
export interface FoundMirrors {
  /** By the name of the volume. */
  readonly items: readonly Mirror[];
  readonly sources: MirrorList['sources'];
  /** When they were told, by the clock of this page. */
  readonly asOf: Date;
}

export type MirrorsContent =
  | { readonly state: 'unasked' }
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly found: FoundMirrors }
  | { readonly state: 'refused'; readonly problem: Problem; readonly before: FoundMirrors | null };

export interface MirrorsModelOptions {
  readonly api: Pick<IDatamarkApi, 'mirrors'>;
  readonly model: Pick<IDatamarkModel, 'changed' | 'connection' | 'observed'>;
  readonly page: PageVisibility;
  readonly now?: () => Date;
  /** See POLL_MS. */
  readonly every?: number;
}

const isMirror = (object: { readonly kind: string }): object is Mirror => object.kind === 'mirror';
const before = (one: Mirror, other: Mirror): boolean => one.volumeName < other.volumeName;

/** The mirrors of this server’s volumes. */
export class MirrorsModel implements IDisposable {
  private readonly options: MirrorsModelOptions;
  private readonly changedSignal = new Signal<this, void>(this);
  private readonly stale = new StaleWatch(
    () => this.found?.items ?? [],
    () => this.now()
  );
  private readonly stopWatchingPage: () => void;
  private current: MirrorsContent = { state: 'unasked' };
  /** Of the server’s clock before this page’s, in ms. */
  private ahead = 0;
  private viewers = 0;
  private watchers = 0;
  private loop: AbortController | null = null;
  private request: { readonly abort: AbortController; readonly done: Promise<void> } | null = null;
  /** What the stream told while the request is under way. */
  private missed: ServerEvent[] = [];
  private wasOnline = false;
  private disposed = false;

  constructor(options: MirrorsModelOptions) {
    this.options = options;
    this.wasOnline = this.isOnline;
    this.stopWatchingPage = options.page.onChange(() => this.follow());
    options.model.observed.connect(this.onObserved, this);
    options.model.changed.connect(this.onModelChanged, this);
  }

  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  /** Data has become older than the guard of its volume allows; not told again before it was fresh. */
  get becameStale(): ISignal<unknown, Mirror> {
    return this.stale.becameStale;
  }

  get content(): MirrorsContent {
    return this.current;
  }

  /** What was told last, however old it is. */
  get found(): FoundMirrors | null {
    const { current } = this;
    return current.state === 'ready' ? current.found : current.state === 'refused' ? current.before : null;
  }

  /** Whether mirrors exist here or could: some source is set up, or says why it does not answer. */
  get isShown(): boolean {
    const { current, found } = this;
    if (found !== null) {
      const { trident, ontap } = found.sources;
      return found.items.length > 0 || trident.state !== 'absent' || ontap.state !== 'absent';
    }
    // A server part without mirrors knows no such address.
    return current.state === 'refused' && current.problem.status !== 0 && current.problem.status !== 404;
  }

  /** Whether somebody looks at the mirrors themselves. */
  get isWatched(): boolean {
    return this.watchers > 0;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** The server’s clock: a browser’s may differ. */
  now(): Date {
    return new Date(this.pageTime().getTime() + this.ahead);
  }

  /** The mirror that replicates into a volume, as far as it is known here. */
  ofVolume(volume: string): Mirror | null {
    return this.found?.items.find(mirror => mirror.volume === volume) ?? null;
  }

  /** The panel is in view: it is asked once, to know whether there is something to show. */
  view(): IDisposable {
    this.viewers += 1;
    this.askIfOlder(this.every);
    return new DisposableDelegate(() => {
      this.viewers -= 1;
    });
  }

  /** Somebody looks at the mirrors: they are asked for again and again. */
  watch(): IDisposable {
    this.watchers += 1;
    this.follow();
    return new DisposableDelegate(() => {
      this.watchers -= 1;
      this.follow();
    });
  }

  /** Asks now, whoever watches; one request at a time. `anew`: what the server part knows does not serve. */
  async look(anew = false): Promise<void> {
    if (anew) {
      this.request?.abort.abort();
      this.request = null;
    }
    await (this.request?.done ?? this.ask(anew));
  }

  /** A command was answered with this mirror. */
  told(mirror: Mirror): void {
    this.apply({ type: 'upsert', revision: 0, object: mirror });
  }

  dispose(): void {
    this.disposed = true;
    this.stopWatchingPage();
    this.options.model.observed.disconnect(this.onObserved, this);
    this.options.model.changed.disconnect(this.onModelChanged, this);
    this.watchers = 0;
    this.follow();
    this.request?.abort.abort();
    this.stale.dispose();
    Signal.clearData(this);
  }

  private get every(): number {
    return this.options.every ?? POLL_MS;
  }

  private get isOnline(): boolean {
    return this.options.model.connection.state === 'online';
  }

  private pageTime(): Date {
    return this.options.now?.() ?? new Date();
  }

  private ageOfAnswer(): number {
    const { found } = this;
    return found === null || this.current.state !== 'ready'
      ? Number.POSITIVE_INFINITY
      : this.pageTime().getTime() - found.asOf.getTime();
  }

  private askIfOlder(ms: number): void {
    if (this.isOnline && this.options.page.visible && this.ageOfAnswer() >= ms) {
      void this.look();
    }
  }

  private follow(): void {
    const wanted = this.watchers > 0 && this.options.page.visible && !this.disposed;
    if (!wanted) {
      this.loop?.abort();
      this.loop = null;
    } else if (this.loop === null) {
      this.loop = new AbortController();
      this.askIfOlder(SERVES_MS);
      void this.poll(this.loop.signal);
    }
  }

  private async poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await pause(this.every, signal);
      } catch {
        return;
      }
      if (this.isOnline) {
        await this.look();
      }
    }
  }

  private ask(anew: boolean): Promise<void> {
    const abort = new AbortController();
    this.missed = [];
    if (this.current.state === 'unasked') {
      this.show({ state: 'loading' });
    }
    const done = this.options.api
      .mirrors(anew, abort.signal)
      .then(list => {
        if (!abort.signal.aborted) {
          this.take(list);
        }
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted) {
          this.show({ state: 'refused', problem: problemOf(error), before: this.found });
        }
      })
      .finally(() => {
        if (this.request?.abort === abort) {
          this.request = null;
        }
      });
    this.request = { abort, done };
    return done;
  }

  private take({ items, sources, now }: MirrorList): void {
    const asOf = this.pageTime();
    this.ahead = Date.parse(now) - asOf.getTime();
    const caughtUp = this.missed.reduce<readonly Mirror[]>(
      (known, event) => afterEvent(known, event, isMirror, before),
      items
    );
    this.show({ state: 'ready', found: { items: caughtUp, sources, asOf } });
  }

  private onObserved(_: unknown, event: ServerEvent): void {
    if (event.type === 'reset' && this.viewers + this.watchers > 0 && this.current.state !== 'unasked') {
      void this.look(true);
    } else {
      this.apply(event);
    }
  }

  private apply(event: ServerEvent): void {
    if (this.request !== null) {
      this.missed.push(event);
    }
    const { current, found } = this;
    if (found === null || (current.state !== 'ready' && current.state !== 'refused')) {
      return;
    }
    const items = afterEvent(found.items, event, isMirror, before);
    if (items !== found.items) {
      const changed = { ...found, items };
      this.show(current.state === 'ready' ? { state: 'ready', found: changed } : { ...current, before: changed });
    }
  }

  private onModelChanged(): void {
    const online = this.isOnline;
    if (online && !this.wasOnline && this.viewers + this.watchers > 0) {
      this.askIfOlder(SERVES_MS);
    }
    this.wasOnline = online;
  }

  private show(content: MirrorsContent): void {
    this.current = content;
    this.changedSignal.emit();
    this.stale.look();
  }
}

const problemOf = (error: unknown): Problem =>
  error instanceof ApiProblem
    ? error.problem
    : problem('internal', { detail: error instanceof Error ? error.message : String(error), next: '' });
