/**
 * What is known of a volume's snapshots: how many per day, and the objects of the pages that were read.
 * Positions are (day, index in the day), newest first, so that a row's place is known before its object is. No I/O.
 */
import type { Snapshot, SnapshotPage } from '../../contract';
import type { TimelineRow } from '../tokens';

type Day = SnapshotPage['days'][number];

/** Pages begin at every so many rows of a day. */
const STEP = 100;

/** A place in the list where a page begins: so many rows after the day's cursor. */
export interface PageStart {
  readonly day: string;
  readonly index: number;
  readonly cursor: string;
}

/** Counts for all, objects for some. */
export class TimelineIndex {
  total = 0;
  private days: readonly Day[] = [];
  private readonly loaded = new Map<string, (Snapshot | undefined)[]>();
  private readonly dayOfName = new Map<string, string>();

  /** Takes over a page that begins at `start`, or at the very top (null). Counts of the page win over older ones. */
  adopt(page: SnapshotPage, start: PageStart | null): void {
    const before = new Map(this.days.map(({ day, count }) => [day, count]));
    this.days = page.days;
    this.total = page.total;
    const counts = new Map(page.days.map(({ day, count }) => [day, count]));
    const stale = [...before].filter(([day, count]) => counts.get(day) !== count).map(([day]) => day);
    const old = new Map(stale.map(day => [day, this.drop(day)]));

    let at = start === null ? 0 : page.days.findIndex(({ day }) => day === start.day);
    let index = start?.index ?? 0;
    let used = 0;
    // A page from the middle of a day whose count has changed has no known place: it is asked for again.
    let placed = at >= 0 && !(index > 0 && start !== null && stale.includes(start.day));
    while (placed && used < page.items.length) {
      const here = page.days[at];
      if (here === undefined) {
        placed = false;
        break;
      }
      const part = page.items.slice(used, used + here.count - index);
      this.fill(here, index, part, old.get(here.day) ?? []);
      used += part.length;
      index += part.length;
      if (used < page.items.length || index >= here.count) {
        at++;
        index = 0;
      }
    }
  }

  /** Replaces a snapshot where it stands; false: its place is not known. */
  replace(snapshot: Snapshot): boolean {
    const place = this.place(snapshot.name);
    if (place === null) {
      return false;
    }
    place.list[place.index] = snapshot;
    return true;
  }

  /** Takes a snapshot out and counts it off; false: its place is not known. */
  remove(name: string): boolean {
    const place = this.place(name);
    if (place === null) {
      return false;
    }
    place.list.splice(place.index, 1);
    this.dayOfName.delete(name);
    this.total--;
    this.days = this.days
      .map(one => (one.day === place.day ? { ...one, count: one.count - 1 } : one))
      .filter(({ count }) => count > 0);
    return true;
  }

  get(name: string): Snapshot | null {
    const place = this.place(name);
    return place === null ? null : (place.list[place.index] ?? null);
  }

  /** All rows, newest first; one object per row, so that a view can index them. */
  rows(withNow: boolean): TimelineRow[] {
    const rows: TimelineRow[] = withNow ? [{ type: 'now' }] : [];
    for (const { day, count } of this.days) {
      rows.push({ type: 'day', day, count });
      const list = this.loaded.get(day);
      for (let index = 0; index < count; index++) {
        const snapshot = list?.[index];
        rows.push(snapshot === undefined ? { type: 'placeholder', day, index } : { type: 'snapshot', snapshot });
      }
    }
    return rows;
  }

  /** Where a page has to begin so that it brings this position. */
  startFor(day: string, index: number): PageStart | null {
    const found = this.days.find(one => one.day === day);
    // Aligned, so that scrolling up does not ask for a page per row.
    return found === undefined ? null : { day, index: index - (index % STEP), cursor: found.cursor };
  }

  private fill(here: Day, from: number, part: readonly Snapshot[], old: readonly (Snapshot | undefined)[]): void {
    let list = this.loaded.get(here.day);
    if (list === undefined) {
      list = [];
      // The day has changed: what followed the last row of this page before still follows it.
      const last = part.at(-1);
      const after = last === undefined ? -1 : old.findIndex(one => one?.name === last.name);
      const tail = after < 0 ? [] : old.slice(after + 1);
      if (from === 0 && part.length + tail.length === here.count) {
        list = [...new Array<undefined>(part.length), ...tail];
      }
      this.loaded.set(here.day, list);
    }
    part.forEach((snapshot, offset) => {
      list[from + offset] = snapshot;
    });
    for (const snapshot of list) {
      if (snapshot !== undefined) {
        this.dayOfName.set(snapshot.name, here.day);
      }
    }
  }

  private drop(day: string): (Snapshot | undefined)[] {
    const list = this.loaded.get(day) ?? [];
    this.loaded.delete(day);
    for (const snapshot of list) {
      if (snapshot !== undefined && this.dayOfName.get(snapshot.name) === day) {
        this.dayOfName.delete(snapshot.name);
      }
    }
    return list;
  }

  private place(name: string): { day: string; list: (Snapshot | undefined)[]; index: number } | null {
    const day = this.dayOfName.get(name);
    const list = day === undefined ? undefined : this.loaded.get(day);
    const index = list?.findIndex(one => one?.name === name) ?? -1;
    return day === undefined || list === undefined || index < 0 ? null : { day, list, index };
  }
}
