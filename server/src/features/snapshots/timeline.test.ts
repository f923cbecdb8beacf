/** The timeline: order, pages that survive changes, search, days; and that it is fast with many snapshots. */
import fc from 'fast-check';
import { SnapshotQuery, type Snapshot } from '../../../../contract';
import { ProblemError } from '../../problemError';
import { sampleSnapshot } from '../../testing/sampleObjects';
import { Timeline } from './timeline';

const query = (parts: object = {}): SnapshotQuery => SnapshotQuery.parse(parts);
const at = (name: string, createdAt: string, parts: Partial<Snapshot> = {}): Snapshot =>
  sampleSnapshot({ name, createdAt, title: null, ...parts });
const names = (timeline: Timeline, parts: object = {}): string[] =>
  timeline.page(query(parts)).items.map(({ name }) => name);

const a = at('a', '2026-11-17T09:12:00Z');
const b = at('b', '2026-11-18T11:19:00.500Z');
const c = at('c', '2026-11-18T11:19:00.500Z');
const d = at('d', '2026-11-19T14:08:03Z');

describe('order', () => {
  it('is newest first, then by name, however the time is written', () => {
    expect(names(new Timeline([a, c, b, d]))).toEqual(['d', 'c', 'b', 'a']);
    const exact = at('x', '2026-11-19T14:08:03.000Z');
    expect(names(new Timeline([d, exact]))).toEqual(['x', 'd']);
  });

  it('is the same whether snapshots came one by one or all at once', () => {
    const step = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      createdMs: fc.constantFrom(1_000, 2_000, 2_001, 86_400_000, 1e12),
      removed: fc.boolean()
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), steps => {
        const kept = new Timeline([]);
        const held = new Map<string, Snapshot>();
        for (const { name, createdMs, removed } of steps) {
          if (removed) {
            kept.remove(name);
            held.delete(name);
          } else {
            const snapshot = at(name, new Date(createdMs).toISOString());
            kept.upsert(snapshot);
            held.set(name, snapshot);
          }
          expect(kept.page(query())).toEqual(new Timeline([...held.values()]).page(query()));
          expect(kept.size).toBe(held.size);
        }
      })
    );
  });

  it('shows the snapshot as it is now', () => {
    const timeline = new Timeline([a, b]);
    timeline.page(query({ q: 'old' }));
    timeline.upsert({ ...a, title: 'new title' });
    expect(timeline.page(query({ q: 'new title' })).items).toMatchObject([{ name: 'a', title: 'new title' }]);
  });
});

describe('pages', () => {
  const readOn = (timeline: Timeline, cursor: string | null, parts: object = {}): string[] => {
    const seen: string[] = [];
    for (let next = cursor; next !== null;) {
      const page = timeline.page(query({ ...parts, cursor: next }));
      seen.push(...page.items.map(({ name }) => name));
      expect(seen.length).toBeLessThan(100);
      next = page.nextCursor;
    }
    return seen;
  };

  it('put together give every match once', () => {
    const timeline = new Timeline([a, b, c, d]);
    const first = timeline.page(query({ limit: 1 }));
    expect([...first.items.map(({ name }) => name), ...readOn(timeline, first.nextCursor, { limit: 1 })]).toEqual([
      'd',
      'c',
      'b',
      'a'
    ]);
    expect(timeline.page(query({ limit: 4 })).nextCursor).toBeNull();
  });

  it('neither repeat nor skip when snapshots are made and deleted in between', () => {
    const timeline = new Timeline([a, b, c, d]);
    const { nextCursor } = timeline.page(query({ limit: 2 }));
    timeline.upsert(at('newest', '2026-11-20T00:00:00Z'));
    timeline.upsert(at('between', '2026-11-18T11:19:00Z'));
    timeline.remove('c');
    timeline.remove('d');
    expect(readOn(timeline, nextCursor, { limit: 1 })).toEqual(['b', 'between', 'a']);
  });

  it('of a day begin with its newest snapshot', () => {
    const timeline = new Timeline([a, b, c, d]);
    const cursors = timeline.page(query()).days.map(({ cursor }) => cursor);
    expect(cursors.map(cursor => names(timeline, { cursor, limit: 1 }))).toEqual([['d'], ['c'], ['a']]);
  });

  it('of an empty volume are empty', () => {
    expect(new Timeline([]).page(query())).toEqual({ items: [], total: 0, days: [], nextCursor: null });
  });

  it.each([
    '',
    'x',
    Buffer.from('after 12 ../x').toString('base64url'),
    Buffer.from('from 1e5 a').toString('base64url')
  ])('are refused for the cursor “%s”', cursor => {
    expect(() => new Timeline([a]).page(query({ cursor }))).toThrow(ProblemError);
  });
});

describe('search', () => {
  const timeline = new Timeline([
    at('home.1', '2026-01-04T00:00:00Z', { title: 'Features FROZEN' }),
    at('home.2', '2026-01-03T00:00:00Z', { note: 'vor der Änderung\nvon Émile' }),
    at('home.3', '2026-01-02T00:00:00Z', { notebook: 'work/features.ipynb' }),
    at('data.4', '2026-01-01T00:00:00Z')
  ]);

  it.each([
    ['frozen', ['home.1']],
    ['FEATURES', ['home.1', 'home.3']],
    ['anderung emile', ['home.2']],
    ['Änd', ['home.2']],
    ['data.4', ['data.4']],
    ['features frozen', ['home.1']],
    ['  ', ['home.1', 'home.2', 'home.3', 'data.4']],
    ['.*', []]
  ])('“%s” finds %j', (q, expected) => {
    expect(names(timeline, { q })).toEqual(expected);
  });

  it('counts only what it found', () => {
    const page = timeline.page(query({ q: 'features', limit: 1 }));
    expect([page.total, page.days.map(({ day, count }) => [day, count])]).toEqual([
      2,
      [
        ['2026-01-04', 1],
        ['2026-01-02', 1]
      ]
    ]);
    expect(names(timeline, { q: 'features', cursor: page.nextCursor })).toEqual(['home.3']);
  });

  it('takes `from` in and leaves `to` out', () => {
    expect(names(timeline, { from: '2026-01-02T00:00:00Z', to: '2026-01-04T00:00:00Z' })).toEqual(['home.2', 'home.3']);
  });
});

describe('days', () => {
  const days = (timeZone: string, ...instants: string[]): unknown[] =>
    new Timeline(instants.map((instant, index) => at(`s${index}`, instant)))
      .page(query({ timeZone }))
      .days.map(({ day, count }) => [day, count]);

  it('are those of the asked time zone', () => {
    const instants = ['2026-11-18T23:30:00Z', '2026-11-18T22:30:00Z', '2026-11-18T00:30:00Z'];
    expect(days('UTC', ...instants)).toEqual([['2026-11-18', 3]]);
    expect(days('Europe/Berlin', ...instants)).toEqual([
      ['2026-11-19', 1],
      ['2026-11-18', 2]
    ]);
    expect(days('America/Los_Angeles', ...instants)).toEqual([
      ['2026-11-18', 2],
      ['2026-11-17', 1]
    ]);
  });

  it('are kept right when the clocks change, in both directions', () => {
    // Berlin: 2026-03-29 has 23 hours (begins 23:00Z), 2026-10-25 has 25 (begins 22:00Z).
    expect(days('Europe/Berlin', '2026-03-29T21:59:59Z', '2026-03-28T23:00:00Z', '2026-03-28T22:59:59Z')).toEqual([
      ['2026-03-29', 2],
      ['2026-03-28', 1]
    ]);
    expect(days('Europe/Berlin', '2026-10-25T22:59:59Z', '2026-10-24T22:00:00Z', '2026-10-24T21:59:59Z')).toEqual([
      ['2026-10-25', 2],
      ['2026-10-24', 1]
    ]);
  });

  it('agree with Intl for any instants and zones, also where a day has no midnight or is left out', () => {
    const zones = ['UTC', 'Asia/Kathmandu', 'America/Sao_Paulo', 'Pacific/Apia', 'Australia/Lord_Howe', 'Africa/Cairo'];
    const instant = fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2027, 0) });
    const nearChange = fc.constantFrom(
      Date.UTC(2017, 9, 15, 3),
      Date.UTC(2011, 11, 30, 10),
      Date.UTC(2026, 3, 4, 15),
      Date.UTC(2026, 3, 23, 22)
    );
    const near = fc.tuple(nearChange, fc.integer({ min: -90_000_000, max: 90_000_000 })).map(([time, by]) => time + by);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.array(fc.oneof(instant, near), { maxLength: 20 }),
        (timeZone, times) => {
          const format = new Intl.DateTimeFormat('en-CA', {
            timeZone,
            year: 'numeric',
            month: '2-digit',
            day: '2-digit'
          });
          const expected = new Map<string, number>();
          for (const time of times.toSorted((one, other) => other - one)) {
            expected.set(format.format(time), (expected.get(format.format(time)) ?? 0) + 1);
          }
          expect(days(timeZone, ...times.map(time => new Date(time).toISOString()))).toEqual([...expected]);
        }
      ),
      { numRuns: 300 }
    );
  });

  it('count a day once when its snapshots are made later', () => {
    const timeline = new Timeline([a]);
    timeline.page(query());
    timeline.upsert(at('later', '2026-11-17T23:59:59Z'));
    expect(timeline.page(query()).days).toMatchObject([{ day: '2026-11-17', count: 2 }]);
  });
});

describe('10,000 snapshots', () => {
  const many = Array.from({ length: 10_000 }, (_, index) =>
    at(`home.${index}`, new Date(Date.UTC(2026, 10, 1) - index * 1_000_003).toISOString())
  );

  it('cost Intl, which is slow, a few calls per day, and none at the next page', () => {
    const timeline = new Timeline(many);
    const calls = jest.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts');
    try {
      const page = timeline.page(query({ timeZone: 'Europe/Berlin' }));
      expect(page.days.length).toBeGreaterThan(100);
      expect(calls.mock.calls.length).toBeLessThanOrEqual(page.days.length * 4);
      calls.mockClear();
      timeline.page(query({ timeZone: 'Europe/Berlin', cursor: page.nextCursor }));
      timeline.upsert({ ...at('home.5', page.items[5]?.createdAt ?? ''), title: 'renamed' });
      timeline.page(query({ timeZone: 'Europe/Berlin' }));
      expect(calls).not.toHaveBeenCalled();
    } finally {
      calls.mockRestore();
    }
  });
});
