/**
 * The snapshots of one volume in order, newest first, kept while snapshots come, change and go; gives pages, totals
 * and counts per day. Pure: knows neither the index nor HTTP.
 */
import type { Snapshot, SnapshotPage, SnapshotQuery } from '../../../../contract';
import { comparePositions, type Position } from '../../observed/newestFirst';
import { ProblemError } from '../../problemError';
import { CalendarDays } from './calendarDays';
import { foldText } from './foldText';
import { decodeCursor, encodeCursor } from './timelineCursor';

interface Entry extends Position {
  readonly snapshot: Snapshot;
  /** What a search looks at; made at the first search. */
  text: string | null;
}

/** A page without the index's revision, which the timeline does not know. */
export type TimelinePage = Omit<SnapshotPage, 'revision'>;

/** Days of this many time zones are kept; a server has few users, each in one. */
const ZONES_KEPT = 8;

/** The ordered snapshots of one volume. */
export class Timeline {
  private readonly entries: Entry[];
  private readonly byName: Map<string, Entry>;
  private readonly zones = new Map<string, { readonly calendar: CalendarDays; days: readonly string[] | null }>();

  constructor(snapshots: readonly Snapshot[]) {
    this.entries = snapshots.map(entryOf).sort(comparePositions);
    this.byName = new Map(this.entries.map(entry => [entry.name, entry]));
  }

  get size(): number {
    return this.entries.length;
  }

  /** Adds a snapshot or replaces the one of the same name. */
  upsert(snapshot: Snapshot): void {
    const entry = entryOf(snapshot);
    const before = this.byName.get(entry.name);
    if (before !== undefined && before.createdMs === entry.createdMs) {
      this.entries[this.search(before, 'from')] = entry;
    } else {
      this.remove(entry.name);
      this.entries.splice(this.search(entry, 'from'), 0, entry);
      this.forgetDays();
    }
    this.byName.set(entry.name, entry);
  }

  remove(name: string): void {
    const entry = this.byName.get(name);
    if (entry !== undefined) {
      this.entries.splice(this.search(entry, 'from'), 1);
      this.byName.delete(name);
      this.forgetDays();
    }
  }

  /** `from` is inclusive, `to` exclusive; `q`: every word must occur. Throws `invalid-request`. */
  page(query: SnapshotQuery): TimelinePage {
    const days = this.days(query.timeZone);
    const matches = this.matches(query);
    const first = query.skip + (query.cursor === undefined ? 0 : this.firstMatch(matches, query.cursor));
    const shown = matches.slice(first, first + query.limit).map(at => this.at(at));
    const last = shown.at(-1);
    const more = first + shown.length < matches.length;
    return {
      items: shown.map(({ snapshot }) => snapshot),
      total: matches.length,
      days: this.countDays(matches, days),
      nextCursor: more && last !== undefined ? encodeCursor({ ...positionOf(last), begins: 'after' }) : null
    };
  }

  /** Places of the entries that the filters let through, in order. */
  private matches({ q, from, to }: SnapshotQuery): number[] {
    const oldest = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from);
    const newest = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to);
    if (oldest > newest) {
      throw new ProblemError('invalid-request', {
        detail: '`from` is later than `to`.',
        next: 'Exchange them.',
        fields: [{ path: 'query.from', message: 'Must not be later than `to`.' }]
      });
    }
    const words = foldText(q ?? '')
      .split(/\s+/)
      .filter(word => word !== '');
    const places: number[] = [];
    for (const [place, entry] of this.entries.entries()) {
      if (entry.createdMs >= oldest && entry.createdMs < newest) {
        if (words.length === 0 || words.every(word => textOf(entry).includes(word))) {
          places.push(place);
        }
      }
    }
    return places;
  }

  private firstMatch(matches: readonly number[], cursor: string): number {
    const { begins, ...position } = decodeCursor(cursor);
    const place = this.search(position, begins);
    return firstIndex(matches.length, index => (matches[index] ?? 0) >= place);
  }

  private countDays(matches: readonly number[], days: readonly string[]): TimelinePage['days'] {
    const counted: { day: string; count: number; cursor: string }[] = [];
    for (const place of matches) {
      const day = days[place] ?? '';
      const current = counted.at(-1);
      if (current?.day === day) {
        current.count += 1;
      } else {
        counted.push({ day, count: 1, cursor: encodeCursor({ ...positionOf(this.at(place)), begins: 'from' }) });
      }
    }
    return counted;
  }

  /** The day of every entry. */
  private days(timeZone: string): readonly string[] {
    const zone = this.zones.get(timeZone) ?? { calendar: new CalendarDays(timeZone), days: null };
    this.zones.delete(timeZone);
    this.zones.set(timeZone, zone);
    const [longestUnused] = this.zones.keys();
    if (this.zones.size > ZONES_KEPT && longestUnused !== undefined) {
      this.zones.delete(longestUnused);
    }
    zone.days ??= zone.calendar.daysOf(this.entries.map(({ createdMs }) => createdMs));
    return zone.days;
  }

  private forgetDays(): void {
    for (const zone of this.zones.values()) {
      zone.days = null;
    }
  }

  /** Place of the first entry at a position or behind it (`from`), or behind it only (`after`). */
  private search(position: Position, begins: 'from' | 'after'): number {
    const least = begins === 'from' ? 0 : 1;
    return firstIndex(this.entries.length, index => comparePositions(this.at(index), position) >= least);
  }

  private at(place: number): Entry {
    const entry = this.entries[place];
    if (entry === undefined) {
      throw new RangeError(`The timeline has ${this.entries.length} entries, none at ${place}.`);
    }
    return entry;
  }
}

const entryOf = (snapshot: Snapshot): Entry => ({
  createdMs: Date.parse(snapshot.createdAt),
  name: snapshot.name,
  snapshot,
  text: null
});

const positionOf = ({ createdMs, name }: Position): Position => ({ createdMs, name });

function textOf(entry: Entry): string {
  const { title, note, notebook, name } = entry.snapshot;
  return (entry.text ??= foldText([title ?? '', note, notebook ?? '', name].join('\n')));
}

/** Binary search: the first index for which it holds, given that it holds for all behind. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
