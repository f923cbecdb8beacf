/** The timeline of one volume: filter, pages on demand, changes from the event stream. Views read `list` and call `ensure`. */
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { Restore, ServerEvent, Snapshot } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import type { IDatamarkApi, ITimelineModel, ListState, TimelineRow } from '../tokens';
import { dayOf } from './calendarDay';
import { GatheredReading } from './gatheredReading';
import { afterFailure, afterResume, itemsOf } from './listState';
import { eventsBetween, restoreEvents, withEvents, type RestoreEvent } from './restoreRows';
import type { TimelineIndex } from './timelineIndex';
import { TimelinePages, type PageSource, type TimelineFilter } from './timelinePages';

/** Typing pauses this long before a search is asked for, in ms. */
const SEARCH_PAUSE = 250;
/** Changes of snapshots that are not loaded are gathered this long before counts are read again, in ms. */
const RECOUNT_PAUSE = 60;

export interface TimelineModelOptions {
  readonly api: Pick<IDatamarkApi, 'snapshots' | 'snapshot'>;
  /** Called with every snapshot that is read. */
  readonly onSeen?: (snapshots: readonly Snapshot[]) => void;
}

/** Snapshots of the selected volume. */
export class TimelineModel implements ITimelineModel, IDisposable {
  private readonly options: TimelineModelOptions;
  private readonly changedSignal = new Signal<this, void>(this);
  private readonly pages: TimelinePages;
  private readonly recount = new GatheredReading({
    pause: RECOUNT_PAUSE,
    signal: () => this.generation.signal,
    read: signal => this.readCounts(signal)
  });
  private shown: ListState<TimelineRow> = { state: 'loading' };
  private rows: readonly TimelineRow[] | null = null;
  private restores: readonly Restore[] = [];
  private events: readonly RestoreEvent[] = [];
  private current: TimelineFilter = { q: '', from: null, to: null };
  private openedName: string | null = null;
  private volume: string | null = null;
  /** Ends with every change of volume or filter: answers that come later are for nobody. */
  private generation = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private disposed = false;

  constructor(options: TimelineModelOptions) {
    this.options = options;
    this.pages = new TimelinePages({
      api: options.api,
      onPage: (snapshots, afresh) => this.pageRead(snapshots, afresh)
    });
  }

  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  get list(): ListState<TimelineRow> {
    return this.shown;
  }

  get total(): number {
    return this.index.total;
  }

  /** Id of the volume whose snapshots these are, or null. */
  get volumeId(): string | null {
    return this.volume;
  }

  get filter(): TimelineFilter {
    return this.current;
  }

  get opened(): string | null {
    return this.openedName;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Ends all requests; the model is of no use afterwards. */
  dispose(): void {
    clearTimeout(this.timer);
    this.disposed = true;
    this.generation.abort();
    Signal.clearData(this);
  }

  /** Shows another volume, or none. Nothing is read before `load`. */
  setVolume(volume: string | null): void {
    if (volume !== this.volume) {
      this.volume = volume;
      this.openedName = null;
      this.current = { q: '', from: null, to: null };
      this.restart();
      this.pages.clear();
      this.events = restoreEvents(this.restores, volume, dayOf);
      this.show({ state: 'loading' });
    }
  }

  /** Takes over the restores of all volumes as they are now. */
  setRestores(restores: readonly Restore[]): void {
    if (restores === this.restores) {
      return;
    }
    this.restores = restores;
    const before = this.events;
    this.events = restoreEvents(restores, this.volume, dayOf);
    const same = (event: RestoreEvent, at: number) => event.restore === before[at]?.restore;
    const changed = this.events.length !== before.length || !this.events.every(same);
    if (changed && (this.shown.state === 'ready' || this.shown.state === 'unreachable')) {
      this.refreshRows();
    }
  }

  setFilter(filter: { q?: string; from?: string | null; to?: string | null }): void {
    const next = { ...this.current, ...filter };
    const { q, from, to } = this.current;
    if (next.q === q && next.from === from && next.to === to) {
      return;
    }
    this.current = next;
    this.restart();
    this.changedSignal.emit();
    this.timer = setTimeout(() => void this.load(), next.q === q || next.q === '' ? 0 : SEARCH_PAUSE);
  }

  open(snapshot: string | null): void {
    if (snapshot !== this.openedName) {
      this.openedName = snapshot;
      this.changedSignal.emit();
    }
  }

  /** Snapshot by name, if it was read here. */
  get(name: string): Snapshot | null {
    return this.index.get(name);
  }

  /** Reads the first page and forgets all others. */
  async load(): Promise<void> {
    if (this.volume !== null) {
      this.restart();
      await this.read(source => this.pages.readFirst(source, true));
    }
  }

  async ensure(first: number, last: number): Promise<void> {
    const { signal } = this.generation;
    // Every round brings one page; more are needed where the rows lie on two.
    while (!signal.aborted && this.volume !== null) {
      const rows = itemsOf(this.shown);
      const missing = rows.slice(Math.max(0, first), last + 1).find(row => row.type === 'placeholder');
      if (missing?.type !== 'placeholder') {
        return;
      }
      const start = this.index.startFor(missing.day, missing.index);
      if (start === null || !(await this.read(source => this.pages.read(source, start)))) {
        return;
      }
    }
  }

  async find(snapshot: string): Promise<number> {
    const { signal } = this.generation;
    const known = this.rowOf(snapshot);
    if (known >= 0) {
      return known;
    }
    let wanted: Snapshot;
    try {
      wanted = await this.options.api.snapshot(snapshot, signal);
    } catch {
      return -1;
    }
    if (wanted.volume !== this.volume) {
      return -1;
    }
    const day = dayOf(wanted.createdAt);
    for (;;) {
      const found = this.rowOf(snapshot);
      const gap = itemsOf(this.shown).findIndex(row => row.type === 'placeholder' && row.day === day);
      if (found >= 0 || gap < 0 || signal.aborted) {
        return found;
      }
      const before = this.rows;
      await this.ensure(gap, gap);
      if (this.rows === before) {
        return -1;
      }
    }
  }

  /** Takes over a change that the event stream told. */
  apply(event: ServerEvent): void {
    this.pages.hear(event);
    if (event.type === 'upsert' && event.object.kind === 'snapshot' && event.object.volume === this.volume) {
      const known = this.index.replace(event.object);
      if (known) {
        this.refreshRows();
      }
      if (!known || this.current.q !== '') {
        this.recount.wish();
      }
    } else if (event.type === 'remove' && event.kind === 'snapshot') {
      if (event.id === this.openedName) {
        this.openedName = null;
      }
      if (this.index.remove(event.id)) {
        this.refreshRows();
      } else if (event.volume === null || event.volume === this.volume) {
        this.recount.wish();
      }
    }
  }

  /** The stream that keeps this list broke at `asOf`. */
  broken(error: ApiProblem, asOf: Date): void {
    if (this.volume !== null) {
      this.show(afterFailure(this.shown, error, asOf));
    }
  }

  /** The stream is back and nothing was missed. */
  resumed(): void {
    this.show(afterResume(this.shown));
  }

  private get index(): TimelineIndex {
    return this.pages.index;
  }

  /** Reads of the volume and filter that are shown; a failure becomes the state of the list. False: nothing came. */
  private async read(work: (source: PageSource) => Promise<boolean>): Promise<boolean> {
    const { volume, current: filter } = this;
    const { signal } = this.generation;
    if (volume === null) {
      return false;
    }
    try {
      return await work({ volume, filter, signal });
    } catch (error) {
      if (!signal.aborted && error instanceof ApiProblem) {
        this.show(afterFailure(this.shown, error, new Date()));
      }
      return false;
    }
  }

  /** Reads counts and the newest rows again; rows further down stay where their day did not change. */
  private async readCounts(signal: AbortSignal): Promise<void> {
    if (!signal.aborted && this.shown.state === 'ready') {
      await this.read(source => this.pages.readFirst(source, false));
    }
  }

  private pageRead(snapshots: readonly Snapshot[], afresh: boolean): void {
    if (afresh) {
      this.shown = { state: 'ready', items: [] };
    }
    this.options.onSeen?.(snapshots);
    this.refreshRows();
  }

  private refreshRows(): void {
    const { q, from, to } = this.current;
    const snapshots = this.index.rows(q === '' && from === null && to === null && this.index.total > 0);
    // A search is for words of snapshots; without a snapshot there is nothing to stand among.
    const events = q === '' && this.index.total > 0 ? eventsBetween(this.events, this.current) : [];
    const rows = events.length === 0 ? snapshots : withEvents(snapshots, events);
    this.rows = rows;
    this.show(this.shown.state === 'unreachable' ? { ...this.shown, items: rows } : { state: 'ready', items: rows });
  }

  private rowOf(name: string): number {
    return itemsOf(this.shown).findIndex(row => row.type === 'snapshot' && row.snapshot.name === name);
  }

  private restart(): void {
    clearTimeout(this.timer);
    this.generation.abort();
    this.generation = new AbortController();
    this.pages.forgetRunning();
  }

  private show(list: ListState<TimelineRow>): void {
    this.shown = list;
    this.changedSignal.emit();
  }
}
