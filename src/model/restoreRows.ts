/**
 * Restores as events in the timeline: which ones are shown, and where they stand among the snapshots of their day.
 * Pure. Counts and days of snapshots stay what they are.
 */
import type { Restore } from '../../contract';
import type { TimelineRow } from '../tokens';

/** A restore that has ended. */
export interface RestoreEvent {
  readonly restore: Restore;
  /** Instant at which it ended. */
  readonly at: string;
  /** Calendar day of that, YYYY-MM-DD. */
  readonly day: string;
}

/** Those of a volume that ended after work had begun, newest first. A plan nobody approved is no event. */
export function restoreEvents(
  restores: readonly Restore[],
  volume: string | null,
  dayOf: (instant: string) => string
): RestoreEvent[] {
  return restores
    .flatMap(restore => {
      const { finishedAt: at, phase, steps } = restore;
      const told = phase === 'succeeded' || phase === 'rolled-back' || phase === 'failed';
      const begun = phase === 'succeeded' || steps.some(step => step.startedAt !== null);
      return restore.volume === volume && at !== null && told && begun ? [{ restore, at, day: dayOf(at) }] : [];
    })
    .sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

/** Those of a time span; `to` is exclusive. */
export const eventsBetween = (
  events: readonly RestoreEvent[],
  { from, to }: { readonly from: string | null; readonly to: string | null }
): readonly RestoreEvent[] =>
  from === null && to === null
    ? events
    : events.filter(
        ({ at }) =>
          (from === null || Date.parse(at) >= Date.parse(from)) && (to === null || Date.parse(at) < Date.parse(to))
      );

/**
 * Puts events among rows, in one pass. One whose neighbours are not loaded has no known place yet: it appears when they
 * are, so that no row is ever shown out of order.
 */
export function withEvents(rows: readonly TimelineRow[], events: readonly RestoreEvent[]): TimelineRow[] {
  const all: TimelineRow[] = [];
  let next = 0;
  let day = '';
  const put = (belongs: (event: RestoreEvent) => boolean, shown: boolean) => {
    for (let event = events[next]; event !== undefined && belongs(event); event = events[++next]) {
      if (shown) {
        if (event.day !== day) {
          ({ day } = event);
          all.push({ type: 'day', day, count: 0 });
        }
        all.push({ type: 'restore', restore: event.restore });
      }
    }
  };
  let open = false;
  for (const row of rows) {
    if (row.type === 'day') {
      // What is left of the day before ended ahead of its oldest snapshot; whole days without a snapshot follow.
      put(event => event.day === day, !open);
      put(event => event.day > row.day, true);
      ({ day } = row);
      open = false;
    } else if (row.type === 'placeholder') {
      open = true;
    } else if (row.type === 'snapshot') {
      const at = Date.parse(row.snapshot.createdAt);
      put(event => event.day === day && Date.parse(event.at) >= at, !open);
      open = false;
    }
    all.push(row);
  }
  put(event => event.day === day, !open);
  put(() => true, true);
  return all;
}
