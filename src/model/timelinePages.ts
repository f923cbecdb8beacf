/**
 * Reads pages of a timeline into its index: each page once at a time, and no page undoes what the event stream told while
 * it was under way. What to read, and what becomes of a failure, is decided by TimelineModel.
 */
import type { ServerEvent, Snapshot, SnapshotPage } from '../../contract';
import type { IDatamarkApi, ISnapshotQuery } from '../tokens';
import { TimelineIndex, type PageStart } from './timelineIndex';

/** Rows of the first page, and of the pages that follow. */
const FIRST_PAGE = 100;
const PAGE = 200;

/** Which snapshots of the volume are shown: words, and days or null for no bound. */
export type TimelineFilter = { readonly q: string; readonly from: string | null; readonly to: string | null };

/** What pages are read of, and until when their answers are of use. */
export interface PageSource {
  readonly volume: string;
  readonly filter: TimelineFilter;
  readonly signal: AbortSignal;
}

export interface TimelinePagesOptions {
  readonly api: Pick<IDatamarkApi, 'snapshots'>;
  /** Called when a page is in the index; `afresh`: it alone is there. */
  readonly onPage: (snapshots: readonly Snapshot[], afresh: boolean) => void;
}

/** Pages of one timeline. */
export class TimelinePages {
  private readonly options: TimelinePagesOptions;
  private current = new TimelineIndex();
  private readonly running = new Map<string, Promise<void>>();
  /** Requests under way, and what the stream told meanwhile: a page may be older than that. */
  private asking = 0;
  private told: ServerEvent[] = [];

  constructor(options: TimelinePagesOptions) {
    this.options = options;
  }

  /** What was read so far. */
  get index(): TimelineIndex {
    return this.current;
  }

  /** Forgets all that was read. */
  clear(): void {
    this.current = new TimelineIndex();
  }

  /** Nobody waits any more for the pages under way. */
  forgetRunning(): void {
    this.running.clear();
  }

  /** Takes note of what the stream told. */
  hear(event: ServerEvent): void {
    if (this.asking > 0) {
      this.told.push(event);
    }
  }

  /** Reads counts and the newest rows. `afresh` forgets all others; else rows stay where their day did not change. */
  async readFirst(source: PageSource, afresh: boolean): Promise<boolean> {
    const page = await this.ask(source, { limit: FIRST_PAGE });
    if (source.signal.aborted) {
      return false;
    }
    if (afresh) {
      this.clear();
    }
    this.take(page, null, afresh);
    return true;
  }

  /** Reads the page that begins at `start`, or waits where that is under way; false: there is no more to come. */
  async read(source: PageSource, start: PageStart): Promise<boolean> {
    const key = `${start.day}:${start.index}`;
    const running = this.running.get(key);
    if (running !== undefined) {
      await running;
      return !source.signal.aborted;
    }
    const work = this.readFrom(source, start);
    this.running.set(
      key,
      work.then(
        () => undefined,
        () => undefined
      )
    );
    try {
      return await work;
    } finally {
      this.running.delete(key);
    }
  }

  private async readFrom(source: PageSource, start: PageStart): Promise<boolean> {
    const page = await this.ask(source, { cursor: start.cursor, skip: start.index, limit: PAGE });
    if (!source.signal.aborted) {
      this.take(page, start, false);
    }
    return page.items.length > 0;
  }

  private async ask({ volume, filter, signal }: PageSource, parts: ISnapshotQuery): Promise<SnapshotPage> {
    const words = filter.q.trim();
    const query: ISnapshotQuery = {
      ...parts,
      q: words === '' ? undefined : words,
      from: filter.from ?? undefined,
      to: filter.to ?? undefined
    };
    this.asking++;
    try {
      return await this.options.api.snapshots(volume, query, signal);
    } finally {
      this.asking--;
    }
  }

  private take(page: SnapshotPage, start: PageStart | null, afresh: boolean): void {
    this.index.adopt(page, start);
    const read = Number(page.revision.split(':')[1]);
    const seen = new Map(page.items.map(snapshot => [snapshot.name, snapshot]));
    for (const event of this.told) {
      if (event.type === 'upsert' && event.object.kind === 'snapshot' && event.revision > read) {
        this.index.replace(event.object);
        seen.set(event.object.name, event.object);
      } else if (event.type === 'remove' && event.kind === 'snapshot' && event.revision > read) {
        this.index.remove(event.id);
        seen.delete(event.id);
      }
    }
    if (this.asking === 0) {
      this.told = [];
    }
    this.options.onPage([...seen.values()], afresh);
  }
}
