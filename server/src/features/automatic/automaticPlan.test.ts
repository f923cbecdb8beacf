/** When an automatic snapshot is due, and which ones may go. */
import type { Snapshot } from '../../../../contract';
import { AutomaticSettings } from '../../automaticSettings';
import { sampleSnapshot } from '../../testing/sampleObjects';
import { afterFailure, dueAt, failedAttempt, NOTHING_REMEMBERED, outdated, type VolumeMemory } from './automaticPlan';

const START = Date.parse('2026-11-20T08:00:00Z');
const HOUR = 3_600_000;

/** An automatic snapshot made so many hours after the start. */
const auto = (hours: number, parts: Partial<Snapshot> = {}): Snapshot => {
  const createdAt = new Date(START + hours * HOUR).toISOString();
  const state = { phase: 'ready', at: createdAt } as const;
  return sampleSnapshot({ name: `auto-${hours}`, title: null, origin: 'auto', createdAt, state, ...parts });
};
const settings = (mode: AutomaticSettings['mode']): AutomaticSettings => AutomaticSettings.parse({ mode });
const failed = { phase: 'failed', at: '2026-11-20T09:00:00Z', problem: {} } as unknown as Snapshot['state'];
const pending = { phase: 'pending', since: '2026-11-20T09:00:00Z', message: '' } as const;

describe('when one is due', () => {
  const due = (mode: AutomaticSettings['mode'], snapshots: Snapshot[], memory = NOTHING_REMEMBERED): number | null =>
    dueAt(settings(mode), snapshots, memory, START);

  it('is never while it is off', () => {
    expect(due('off', [])).toBeNull();
  });

  it('is once for a start of the server, also where a sidecar came between', () => {
    expect(due('start', [auto(-1)])).toBe(START);
    expect(due('start', [auto(-1), auto(1)])).toBeNull();
    expect(due('start', [auto(1, { state: failed })])).toBe(START);
    expect(due('start', [], { ...NOTHING_REMEMBERED, idleAt: START + 1 })).toBeNull();
  });

  it('is so long after the newest one, complete or in the making, and not before the server started', () => {
    expect(due('every', [])).toBe(START);
    expect(due('every', [auto(-9)])).toBe(START);
    expect(due('every', [auto(-2), auto(-1), auto(-5)])).toBe(START + 5 * HOUR);
    expect(due('every', [auto(1, { state: pending })])).toBe(START + 7 * HOUR);
    expect(due('every', [auto(1, { state: failed })])).toBe(START);
    expect(due('every', [sampleSnapshot({ origin: 'datamark', createdAt: auto(1).createdAt })])).toBe(START);
  });

  it('is so long after a look that found nothing new, and later after each failure', () => {
    const looked = { ...NOTHING_REMEMBERED, idleAt: START + HOUR };
    expect(due('every', [auto(-9)], looked)).toBe(START + 7 * HOUR);
    const memories: VolumeMemory[] = [NOTHING_REMEMBERED];
    for (let failure = 0; failure < 10; failure += 1) {
      memories.push(afterFailure(memories[failure] ?? NOTHING_REMEMBERED, START));
    }
    const waits = [0, 1, 2, 3, 10].map(failures => (due('every', [], memories[failures]) ?? 0) - START);
    expect(waits).toEqual([0, 60_000, 120_000, 240_000, HOUR]);
  });
});

it('tries a failed one again only while no newer one exists', () => {
  expect(failedAttempt([auto(1), auto(2, { state: failed })])?.name).toBe('auto-2');
  expect(failedAttempt([auto(2, { state: failed }), auto(3)])).toBeUndefined();
  expect(failedAttempt([sampleSnapshot({ state: failed, origin: 'datamark' })])).toBeUndefined();
});

describe('outdated ones', () => {
  const NOW = START + 100 * HOUR;
  const names = (snapshots: Snapshot[], keep: number): string[] =>
    outdated(snapshots, keep, NOW).map(({ name }) => name);

  it('are those beyond the newest, oldest first', () => {
    expect(names([auto(3), auto(1), auto(4), auto(2)], 2)).toEqual(['auto-1', 'auto-2']);
    expect(names([auto(3), auto(1)], 2)).toEqual([]);
  });

  it('are never the only complete one', () => {
    expect(names([auto(1), auto(2, { state: failed }), auto(3, { state: pending })], 1)).toEqual([]);
  });

  it('are never what a person made, held, titled or noted', () => {
    const others = [
      auto(1, { origin: 'datamark' }),
      auto(2, { origin: 'safety' }),
      auto(3, { heldUntil: 'forever' }),
      auto(4, { heldUntil: '2999-01-01T00:00:00Z' }),
      auto(5, { title: 'good' }),
      auto(6, { note: 'why' })
    ];
    expect(names([...others, auto(7), auto(8)], 1)).toEqual(['auto-7']);
  });

  it('count a hold that is over as none', () => {
    expect(names([auto(1, { heldUntil: '2026-11-20T08:00:00Z' }), auto(2)], 1)).toEqual(['auto-1']);
  });

  it('are not what is not complete', () => {
    const states = [pending, failed, { phase: 'deleting', since: '2026-11-20T09:00:00Z', message: '' } as const];
    expect(names([...states.map((state, index) => auto(index, { state })), auto(8), auto(9)], 1)).toEqual(['auto-8']);
  });
});
