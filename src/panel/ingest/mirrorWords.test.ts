import { MirrorState, type Mirror } from '../../../contract';
import { guardNow, isLate, promisedAge } from '../../model/mirrorAge';
import { language, NOW } from '../../testing/fakePage';
import { sampleMirror } from '../../testing/mirrorSamples';
import { markOf } from './mirrorMark';
import {
  ageWords,
  conditionWords,
  lastGoodWords,
  lastTransferWords,
  lateWords,
  reasonWords,
  refusalHeading,
  runningWords,
  stateWords,
  toldWords
} from './mirrorWords';

const { trans, format } = language;
const minutesAgo = (minutes: number): Mirror['data'] => ({
  known: true,
  asOf: new Date(NOW.getTime() - minutes * 60_000).toISOString(),
  snapshot: null
});
const UNKNOWN_AGE: Mirror['data'] = { known: false, reason: 'age needs ONTAP access', snapshot: null };

describe('the age of data', () => {
  it.each<[number, string]>([
    [0.5, 'as of just now'],
    [12, 'as of 12 min ago'],
    [59.9, 'as of 59 min ago'],
    [60, 'as of 1 h ago'],
    [72, 'as of 1 h 12 min ago'],
    [27 * 60, 'as of 1 day 3 h ago'],
    [24 * 60, 'as of 1 day ago'],
    [3.4 * 24 * 60, 'as of 3 days ago'],
    [-0.5, 'as of just now'],
    [-30, 'data age –: a clock is wrong, it would be of 19 Nov, 14:50']
  ])('of %s min is told as %s', (minutes, words) => {
    expect(ageWords(sampleMirror({ data: minutesAgo(minutes) }), NOW, format, trans)).toBe(words);
  });

  it('is “–” with the reason where it is not known', () => {
    const mirror = sampleMirror({ data: UNKNOWN_AGE, health: { state: 'unknown', reason: 'age needs ONTAP access' } });
    expect(ageWords(mirror, NOW, format, trans)).toBe('data age –');
    expect(conditionWords({ ...mirror, lastTransfer: null }, format, trans)).toBe('Mirrored · age needs ONTAP access');
  });

  it('is late only against what the schedule promises: one pause and one transfer', () => {
    expect(promisedAge(sampleMirror())).toBe(3648);
    expect(isLate(sampleMirror({ data: minutesAgo(60.5) }), NOW)).toBe(false);
    expect(isLate(sampleMirror({ data: minutesAgo(61) }), NOW)).toBe(true);
    expect(isLate(sampleMirror({ data: minutesAgo(61), schedule: null }), NOW)).toBe(false);
    expect(isLate(sampleMirror({ data: UNKNOWN_AGE }), NOW)).toBe(false);
    expect(isLate(sampleMirror({ data: minutesAgo(-61) }), NOW)).toBe(false);
    expect(isLate(sampleMirror({ data: minutesAgo(61), state: 'broken-off' }), NOW)).toBe(false);
  });

  it('is late after two pauses where nobody has seen how long an update takes', () => {
    const mirror = sampleMirror({ lastTransfer: null });
    expect(isLate({ ...mirror, data: minutesAgo(119) }, NOW)).toBe(false);
    expect(isLate({ ...mirror, data: minutesAgo(121) }, NOW)).toBe(true);
    const seen = {
      endedAt: '2026-11-19T13:00:00Z',
      type: 'update',
      state: 'succeeded',
      bytes: 1,
      seconds: 300
    } as const;
    const history = { since: '2026-11-10T10:00:00Z', gaps: false, items: [{ ...seen, ageSeconds: null }] };
    expect(promisedAge({ ...mirror, seen: history })).toBe(3900);
    const { lastTransfer } = sampleMirror();
    const failed = lastTransfer === null ? null : ({ ...lastTransfer, state: 'failed', seconds: 1 } as const);
    expect(promisedAge({ ...mirror, lastTransfer: failed })).toBe(7200);
    expect(promisedAge({ ...mirror, seen: history, lastTransfer: failed })).toBe(3900);
  });

  it('of data that is not made yet by its time is neither fresh nor stale', () => {
    const guard = { maxAgeSeconds: 3600, setBy: 'setting', state: 'fresh' } as const;
    expect(guardNow({ guard, data: minutesAgo(-2) }, NOW)).toBe('unknown');
    expect(guardNow({ guard, data: minutesAgo(-0.5) }, NOW)).toBe('fresh');
  });

  it('says which of guard and schedule it breaks', () => {
    const guard = { maxAgeSeconds: 3600, setBy: 'setting', state: 'stale' } as const;
    const mirror = sampleMirror({ guard });
    expect(lateWords({ guard: 'stale', schedule: true }, mirror, trans)).toBe(
      'Older than the 1 h that this volume allows.'
    );
    expect(lateWords({ guard: 'fresh', schedule: true }, mirror, trans)).toBe(
      'Older than the schedule hourly promises.'
    );
    expect(lateWords({ guard: 'unknown', schedule: false }, mirror, trans)).toBeNull();
  });
});

describe('the condition', () => {
  it('of a healthy mirror says that its last transfer did not succeed', () => {
    const { lastTransfer } = sampleMirror();
    const ended = (state: 'aborted' | 'failed' | 'unknown') =>
      conditionWords(
        sampleMirror({ lastTransfer: lastTransfer === null ? null : { ...lastTransfer, state } }),
        format,
        trans
      );
    expect(ended('aborted')).toBe('Healthy · last transfer was aborted');
    expect(ended('failed')).toBe('Healthy · last transfer failed');
    expect(ended('unknown')).toBe('Healthy');
  });

  it('of a healthy mirror tells the last transfer', () => {
    expect(conditionWords(sampleMirror(), format, trans)).toBe('Healthy · last transfer 1.2 GiB in 48 s');
  });

  it('is in the storage’s own words, with the code, where it is unhealthy', () => {
    const reason = { message: 'Destination volume is out of space.', code: '13303844' };
    const { lastTransfer } = sampleMirror();
    const mirror = sampleMirror({
      health: { state: 'unhealthy', reasons: [reason] },
      lastTransfer: lastTransfer === null ? null : { ...lastTransfer, state: 'failed' }
    });
    expect(refusalHeading(mirror, trans)).toBe('Update failed. ONTAP says:');
    expect(refusalHeading({ ...mirror, lastTransfer: null, toldBy: 'trident' }, trans)).toBe(
      'Unhealthy. Trident says:'
    );
    expect(reasonWords(reason)).toBe('“Destination volume is out of space.” (13303844)');
    expect(conditionWords(mirror, format, trans)).toBe('');
    const seen = {
      since: '2026-11-10T10:00:00Z',
      gaps: false,
      items: [
        { endedAt: '2026-11-16T13:40:00Z', type: 'update', state: 'succeeded', bytes: 1, seconds: 1, ageSeconds: 9 },
        { endedAt: '2026-11-16T14:40:00Z', type: 'update', state: 'failed', bytes: 0, seconds: 1, ageSeconds: 9 }
      ]
    } satisfies Mirror['seen'];
    expect(lastGoodWords({ ...mirror, seen }, NOW, format, trans)).toBe('Last good transfer: 16 Nov, 13:40');
    expect(lastGoodWords(sampleMirror({ seen }), NOW, format, trans)).toBeNull();
  });

  it('broken off is neither healthy in a word nor marked as bad', () => {
    const mirror = sampleMirror({ state: 'broken-off' });
    expect(conditionWords(mirror, format, trans)).toMatch(/^Broken off: replication has ended, often on purpose · /);
    expect(markOf(mirror).className).toBe('');
    expect(markOf({ ...mirror, health: { state: 'unhealthy', reasons: [] } }).className).toBe('dm-bad');
    expect(markOf(sampleMirror()).className).toBe('dm-ok');
    expect(markOf(sampleMirror({ state: 'unknown' })).className).toBe('');
  });

  it('has words for every state, and those of the storage for one that is new', () => {
    for (const state of MirrorState.options) {
      expect(stateWords({ state, stateAsTold: 'fan_out' }, trans)).not.toBe('');
    }
    expect(stateWords({ state: 'unknown', stateAsTold: 'fan_out' }, trans)).toContain('“fan_out”');
    expect(markOf(sampleMirror({ state: 'unknown', health: { state: 'unknown', reason: '' } })).className).toBe('');
  });

  it('says who told it, and when', () => {
    expect(toldWords(sampleMirror({ toldBy: 'trident' }), NOW, format, trans)).toBe(
      'as told by Trident at 19 Nov, 14:19'
    );
    expect(toldWords(sampleMirror({ toldAt: null }), NOW, format, trans)).toBe('as told by ONTAP, not said when');
  });
});

describe('transfers', () => {
  it('that run tell bytes, time and rate, and no share of an unknown total', () => {
    const transfer = { type: 'update', state: 'transferring', bytes: 3_650_722_201, seconds: 130 } as const;
    const words = (rate: number | null) =>
      runningWords(sampleMirror({ transfer: { ...transfer, bytesPerSecond: rate } }), format, trans);
    expect(words(null)).toBe('Transferring: 3.4 GiB so far, 2 min 10 s');
    expect(words(28_082_478)).toBe('Transferring: 3.4 GiB so far, 2 min 10 s, 26.8 MiB/s');
    expect(
      runningWords(
        sampleMirror({ transfer: { ...transfer, bytes: null, seconds: null, bytesPerSecond: null } }),
        format,
        trans
      )
    ).toBe('Transferring: –');
    expect(runningWords(sampleMirror(), format, trans)).toBeNull();
  });

  it('that are over tell type, size, duration, rate and end; “–” where it is not told', () => {
    const { lastTransfer } = sampleMirror();
    if (lastTransfer === null) {
      throw new Error('the sample has none');
    }
    expect(lastTransferWords(lastTransfer, NOW, format, trans)).toBe(
      'Update, 1.2 GiB in 48 s, 25.6 MiB/s, ended 19 Nov, 14:08'
    );
    expect(
      lastTransferWords(
        {
          ...{ type: 'unknown', state: 'unknown', bytes: null, seconds: null, bytesPerSecond: null },
          ...{ endedAt: null, reasons: [] }
        },
        NOW,
        format,
        trans
      )
    ).toBe('Transfer, end not told, –, ended –');
  });
});
