import type { Restore } from '../../contract';
import { sampleRestore, sampleSnapshot } from '../testing/samples';
import type { TimelineRow } from '../tokens';
import { eventsBetween, restoreEvents, withEvents } from './restoreRows';

const VOLUME = 'home-1a2b3c4d';
const dayOf = (instant: string) => instant.slice(0, 10);
const ended = (id: string, finishedAt: string, change: Partial<Restore> = {}) =>
  sampleRestore({ id, finishedAt, phase: 'succeeded', ...change });
const day = (of: string, count: number): TimelineRow => ({ type: 'day', day: of, count });
const snapshot = (createdAt: string): TimelineRow => ({
  type: 'snapshot',
  snapshot: sampleSnapshot({ name: createdAt, createdAt })
});
const hole: TimelineRow = { type: 'placeholder', day: '2026-11-19', index: 0 };

/** Rows in short: `day count`, hour of a snapshot, id of a restore, `?`. */
const short = (rows: readonly TimelineRow[]) =>
  rows.map(row => {
    switch (row.type) {
      case 'now':
        return 'now';
      case 'day':
        return `${row.day.slice(8)} ${row.count}`;
      case 'snapshot':
        return row.snapshot.createdAt.slice(11, 16);
      case 'restore':
        return row.restore.id;
      case 'placeholder':
        return '?';
    }
  });
const merged = (rows: TimelineRow[], ...restores: Restore[]) =>
  short(withEvents(rows, restoreEvents(restores, VOLUME, dayOf)));

const rows = [
  { type: 'now' } as const,
  day('2026-11-19', 2),
  snapshot('2026-11-19T14:00:00Z'),
  snapshot('2026-11-19T10:00:00Z'),
  day('2026-11-17', 1),
  snapshot('2026-11-17T08:00:00Z')
];

describe('a restore in the timeline', () => {
  it('stands where it ended, whatever the order of the list', () => {
    expect(
      merged(
        rows,
        ended('oldest', '2026-11-17T07:00:00Z'),
        ended('between', '2026-11-19T12:00:00Z'),
        ended('newest', '2026-11-19T15:00:00Z'),
        ended('last of its day', '2026-11-19T09:00:00Z')
      )
    ).toEqual(['now', '19 2', 'newest', '14:00', 'between', '10:00', 'last of its day', '17 1', '08:00', 'oldest']);
  });

  it('has a day of its own where no snapshot is from that day', () => {
    expect(
      merged(
        rows,
        ended('today', '2026-11-20T00:10:00Z'),
        ended('gap', '2026-11-18T12:00:00Z'),
        ended('old', '2026-11-01T12:00:00Z')
      )
    ).toEqual(['now', '20 0', 'today', '19 2', '14:00', '10:00', '18 0', 'gap', '17 1', '08:00', '01 0', 'old']);
  });

  it('appears only once its neighbours are loaded', () => {
    const event = ended('hidden', '2026-11-19T12:00:00Z');
    const late = ended('late', '2026-11-19T08:00:00Z');
    const [, heading, first, second] = rows as [TimelineRow, TimelineRow, TimelineRow, TimelineRow];
    expect(merged([heading, first, hole, second], event, late)).toEqual(['19 2', '14:00', '?', '10:00', 'late']);
    expect(merged([heading, first, hole], event)).toEqual(['19 2', '14:00', '?']);
    expect(merged([heading, hole, day('2026-11-17', 1)], event)).toEqual(['19 2', '?', '17 1']);
    expect(merged([heading, first, second], event)).toEqual(['19 2', '14:00', 'hidden', '10:00']);
  });

  it('is shown when it ended, on this volume, after work had begun', () => {
    const begun = { text: '', state: 'failed', startedAt: '2026-11-19T11:00:00Z', durationMs: 1 } as const;
    const at = '2026-11-19T12:00:00Z';
    const shown = restoreEvents(
      [
        ended('done', at),
        ended('other volume', at, { volume: 'data-1' }),
        ended('rolled back', at, { phase: 'rolled-back', steps: [begun] }),
        ended('failed', at, { phase: 'failed', steps: [begun] }),
        ended('no plan', at, { phase: 'failed' }),
        ended('closed plan', at, { phase: 'cancelled' }),
        sampleRestore({ id: 'running', phase: 'restoring' })
      ],
      VOLUME,
      dayOf
    );
    expect(shown.map(({ restore }) => restore.id)).toEqual(['done', 'rolled back', 'failed']);
  });

  it('obeys the date filter', () => {
    const events = restoreEvents(
      [ended('in', '2026-11-19T12:00:00Z'), ended('out', '2026-11-18T12:00:00Z')],
      VOLUME,
      dayOf
    );
    const span = { from: '2026-11-19T00:00:00.000Z', to: '2026-11-20T00:00:00.000Z' };
    expect(eventsBetween(events, span).map(({ restore }) => restore.id)).toEqual(['in']);
    expect(eventsBetween(events, { from: null, to: null })).toHaveLength(2);
  });
});
