/** Which snapshots retention keeps: each protection and rule by itself, then what holds for all of them. */
import fc from 'fast-check';
import type { RetentionRules, Snapshot } from '../../../../contract';
import { readNotedRuns, type NotedRuns } from '../../lineage/notedRuns';
import { sampleRestore, sampleSnapshot } from '../../testing/sampleObjects';
import { retentionPlan, type RetentionDecision, type RetentionFacts } from './retentionPlan';

const NOW = new Date('2026-11-23T12:00:00Z');
const NONE: NotedRuns = readNotedRuns(undefined);

/** A complete snapshot made so many hours ago. */
const made = (hours: number, parts: Partial<Snapshot> = {}): Snapshot => {
  const createdAt = new Date(NOW.getTime() - hours * 3_600_000).toISOString();
  const state = { phase: 'ready', at: createdAt } as const;
  return sampleSnapshot({ name: `h${hours}`, uid: `uid-${hours}`, title: null, createdAt, state, ...parts });
};
const plan = (
  rules: RetentionRules,
  snapshots: readonly Snapshot[],
  facts: Partial<RetentionFacts> = {}
): RetentionDecision[] => retentionPlan(rules, { snapshots, restores: [], noted: () => NONE, now: NOW, ...facts });
const goes = (decisions: readonly RetentionDecision[]): string[] =>
  decisions.filter(({ kept }) => kept.length === 0).map(({ snapshot }) => snapshot.name);
const why = (decisions: readonly RetentionDecision[], name: string): readonly string[] | undefined =>
  decisions.find(({ snapshot }) => snapshot.name === name)?.kept;
const failed = { phase: 'failed', at: NOW.toISOString(), problem: {} } as unknown as Snapshot['state'];
const pending = { phase: 'pending', since: NOW.toISOString(), message: '' } as const;

describe('rules', () => {
  it('keep the newest so many of each volume', () => {
    const other = { volume: 'other', volumeName: 'other' };
    const all = [made(3), made(1), made(2), made(4, other), made(9, other), made(8, other)];
    expect(goes(plan({ last: 2 }, all))).toEqual(['h3', 'h9']);
  });

  it('keep what is not older, to the moment', () => {
    expect(goes(plan({ days: 1 }, [made(1), made(24), made(24.001)]))).toEqual(['h24.001']);
  });

  it('keep the newest of each hour, day, week, month and year that has one', () => {
    const at = (name: string, createdAt: string): Snapshot => made(0, { name, uid: name, createdAt });
    const all = [
      at('mon', '2026-11-23T09:30:00Z'),
      at('mon-early', '2026-11-23T09:10:00Z'),
      at('mon-first', '2026-11-23T00:00:00Z'),
      at('sun', '2026-11-22T23:59:59Z'),
      at('last-week', '2026-11-16T00:00:00Z'),
      at('october', '2026-10-31T00:00:00Z'),
      at('last-year', '2025-12-31T23:59:59Z')
    ];
    const kept = (rules: RetentionRules): string[] => {
      const gone = goes(plan(rules, all));
      return all.map(({ name }) => name).filter(name => !gone.includes(name));
    };
    expect(kept({ hourly: 2 })).toEqual(['mon', 'mon-first']);
    expect(kept({ daily: 2 })).toEqual(['mon', 'sun']);
    expect(kept({ weekly: 2 })).toEqual(['mon', 'sun']);
    expect(kept({ weekly: 3 })).toEqual(['mon', 'sun', 'october']);
    expect(kept({ monthly: 2 })).toEqual(['mon', 'october']);
    expect(kept({ yearly: 2, daily: 1 })).toEqual(['mon', 'last-year']);
    expect(why(plan({ weekly: 2 }, all), 'sun')).toEqual(['The newest of the week from 2026-11-16.']);
  });

  it('count what people made and automatic ones apart', () => {
    const auto = { origin: 'auto' } as const;
    const all = [made(1, auto), made(2, auto), made(3, auto), made(4), made(5), made(6)];
    expect(goes(plan({ last: 2 }, all))).toEqual(['h3', 'h6']);
  });
});

describe('whatever the rules say, it stays', () => {
  const rules: RetentionRules = { last: 1 };

  it('when it is held, and not when the hold is over', () => {
    const held = [made(2, { heldUntil: 'forever', heldBy: 'ann' }), made(3, { heldUntil: '2026-11-24T00:00:00Z' })];
    const decisions = plan(rules, [made(1), ...held, made(4, { heldUntil: NOW.toISOString() })]);
    expect(goes(decisions)).toEqual(['h4']);
    expect(why(decisions, 'h2')).toEqual(['Held by ann.']);
  });

  it('when runs are written down on it, or what is written can’t be read', () => {
    const text = JSON.stringify({ runs: [], more: 2 });
    const noted = (name: string): NotedRuns => readNotedRuns({ h2: text, h3: 'broken' }[name]);
    const decisions = plan(rules, [made(1), made(2), made(3), made(4)], { noted });
    expect(goes(decisions)).toEqual(['h4']);
    expect(why(decisions, 'h2')).toEqual(['2 runs are written down on it.']);
  });

  it('when it is not complete or not ours', () => {
    const others = [
      made(2, { state: failed }),
      made(3, { state: pending }),
      made(4, { origin: 'other' }),
      made(5, { origin: 'imported' })
    ];
    expect(goes(plan(rules, [made(1), ...others]))).toEqual([]);
  });

  it('when it is the newest complete one, also where nothing that counts is newer', () => {
    const auto = made(2, { origin: 'safety' });
    expect(goes(plan({ days: 0.001 }, [made(1, { state: failed }), auto, made(3)]))).toEqual(['h3']);
    expect(goes(plan({ days: 0.001 }, [made(5)]))).toEqual([]);
  });

  it('when an undo or a restore needs it', () => {
    const safety = [2, 3, 4].map(hours => made(hours, { origin: 'safety' }));
    const no = { possible: false, reason: '' } as const;
    const restores = [
      sampleRestore({ id: 'r2', safetySnapshot: 'h2', phase: 'succeeded', undo: no }),
      sampleRestore({ id: 'r3', safetySnapshot: 'h3', phase: 'succeeded', undo: { possible: true, until: null } }),
      sampleRestore({ id: 'r4', safetySnapshot: 'h4', phase: 'succeeded', undo: no }),
      sampleRestore({ id: 'r5', snapshot: 'h5', phase: 'preparing', undo: no }),
      sampleRestore({ id: 'r6', snapshot: 'h6', phase: 'cancelled', undo: no })
    ];
    const decisions = plan(rules, [made(1), ...safety, made(5), made(6)], { restores });
    expect(goes(decisions)).toEqual(['h4', 'h6']);
    expect(why(decisions, 'h2')).toEqual(['The only copy of the data before a restore.']);
    expect(why(decisions, 'h3')).toEqual(['Undoing the restore r3 needs it.']);
    expect(why(decisions, 'h5')).toEqual(['The restore r5 needs it.']);
    // Of a safety snapshot that no restore tells of, nobody knows what it is worth.
    expect(goes(plan(rules, [made(1), ...safety]))).toEqual([]);
  });
});

describe('for any snapshots and rules', () => {
  const count = fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined });
  const anyRules = fc
    .record({ last: count, days: count, hourly: count, daily: count, weekly: count, monthly: count, yearly: count })
    .filter(rules => Object.values(rules).some(value => value !== undefined)) as fc.Arbitrary<RetentionRules>;
  const anySnapshots = fc
    .array(
      fc.record({
        hours: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 40_000 })),
        volume: fc.constantFrom('home', 'data'),
        origin: fc.constantFrom('datamark', 'datamark', 'auto', 'safety', 'other', 'imported'),
        state: fc.constantFrom('ready', 'ready', 'ready', 'failed', 'pending'),
        heldUntil: fc.constantFrom(null, null, 'forever', '2026-11-24T00:00:00Z', '2026-11-22T00:00:00Z'),
        noted: fc.constantFrom(undefined, undefined, '{"runs":[],"more":1}', 'broken')
      }),
      { maxLength: 40 }
    )
    .map(all =>
      all.map(({ hours, state, noted, ...parts }, index) => ({
        noted,
        snapshot: made(hours, {
          ...(parts as Partial<Snapshot>),
          name: `s${index}`,
          uid: `u${index}`,
          ...(state === 'ready' ? {} : { state: state === 'failed' ? failed : pending })
        })
      }))
    );
  const planned = (
    all: readonly { snapshot: Snapshot; noted: string | undefined }[],
    rules: RetentionRules
  ): string[] => goes(decided(all, rules));
  const decided = (
    all: readonly { snapshot: Snapshot; noted: string | undefined }[],
    rules: RetentionRules
  ): RetentionDecision[] =>
    plan(
      rules,
      all.map(({ snapshot }) => snapshot),
      { noted: name => readNotedRuns(all.find(({ snapshot }) => snapshot.name === name)?.noted) }
    );

  it('each snapshot is told once, and in the same way in whatever order they come', () => {
    fc.assert(
      fc.property(anySnapshots, anyRules, (all, rules) => {
        const decisions = decided(all, rules);
        expect(decisions.map(({ snapshot }) => snapshot.name).sort()).toEqual(all.map(one => one.snapshot.name).sort());
        expect(decided(all.toReversed(), rules)).toEqual(decisions);
      })
    );
  });

  it('nothing goes that is held, linked, incomplete or not ours, nor the newest complete one of a volume', () => {
    fc.assert(
      fc.property(anySnapshots, anyRules, (all, rules) => {
        const gone = new Set(planned(all, rules));
        for (const { snapshot, noted } of all.filter(one => gone.has(one.snapshot.name))) {
          expect([snapshot.origin, snapshot.state.phase, noted]).toEqual([
            expect.stringMatching(/^(datamark|auto)$/),
            'ready',
            undefined
          ]);
          expect([null, '2026-11-22T00:00:00Z']).toContain(snapshot.heldUntil);
          const newer = all.filter(
            one =>
              one.snapshot.volume === snapshot.volume &&
              one.snapshot.state.phase === 'ready' &&
              one.snapshot.createdAt >= snapshot.createdAt
          );
          expect(newer.length).toBeGreaterThan(1);
        }
      })
    );
  });

  it('at least as many stay as the rule asks for, as far as there are', () => {
    fc.assert(
      fc.property(anySnapshots, fc.integer({ min: 1, max: 10 }), (all, last) => {
        const gone = new Set(planned(all, { last }));
        for (const volume of ['home', 'data']) {
          const ready = all
            .map(({ snapshot }) => snapshot)
            .filter(one => one.volume === volume && one.origin === 'datamark' && one.state.phase === 'ready');
          const stay = ready.filter(({ name }) => !gone.has(name));
          expect(stay.length).toBeGreaterThanOrEqual(Math.min(last, ready.length));
        }
      })
    );
  });

  it('more rules never delete more, and what is left stays when it is done again', () => {
    fc.assert(
      fc.property(anySnapshots, anyRules, anyRules, (all, rules, more) => {
        const gone = new Set(planned(all, rules));
        const both = { ...rules };
        for (const [name, value] of Object.entries(more) as [keyof RetentionRules, number | undefined][]) {
          const larger = Math.max(rules[name] ?? 0, value ?? 0);
          if (larger > 0) {
            both[name] = larger;
          }
        }
        expect(planned(all, both).filter(name => !gone.has(name))).toEqual([]);
        expect(
          planned(
            all.filter(({ snapshot }) => !gone.has(snapshot.name)),
            rules
          )
        ).toEqual([]);
      })
    );
  });
});
