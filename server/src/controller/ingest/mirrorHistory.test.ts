/** What is written down of transfers, and when it says that some can be missing. */
import type { LastTransfer } from '../../../../contract';
import {
  beginHistory,
  joinedHistory,
  MOST_TRANSFERS,
  withLook,
  type MirrorHistory,
  type MirrorLook
} from './mirrorHistory';

const START = Date.parse('2026-11-23T12:00:00Z');
const EVERY_MS = 300_000;
const at = (minutes: number): Date => new Date(START + minutes * 60_000);

const transfer = (minutes: number, bytes: number | null = 100): LastTransfer => ({
  type: 'update',
  state: 'succeeded',
  bytes,
  seconds: 10,
  bytesPerSecond: 10,
  endedAt: at(minutes).toISOString(),
  reasons: []
});

const look = (minutes: number, ended: number, parts: Partial<MirrorLook> = {}): MirrorLook => ({
  at: at(minutes),
  end: `end-${ended}`,
  total: null,
  inFlight: false,
  asOf: at(ended - 1).toISOString(),
  lastTransfer: transfer(ended),
  ...parts
});

const after = (...looks: readonly MirrorLook[]): MirrorHistory => {
  const [first = look(0, 0), ...rest] = looks;
  return rest.reduce((history, one) => withLook(history, one, EVERY_MS), beginHistory(first));
};

it('does not count what ended before it watched', () => {
  expect(after(look(0, -3), look(5, -3))).toMatchObject({ since: at(0).toISOString(), items: [], gaps: false });
});

it('notes a transfer once, with the age of the data right before it', () => {
  const history = after(look(0, -3), look(5, 4), look(6, 4));

  // The data was of minute -4, and the transfer ended in minute 4.
  expect(history.items).toEqual([
    { endedAt: at(4).toISOString(), type: 'update', state: 'succeeded', bytes: 100, seconds: 10, ageSeconds: 480 }
  ]);
});

it('keeps the last 24', () => {
  const looks = Array.from({ length: 40 }, (_, index) => look(index * 5, index * 5 - 1));

  const { items } = after(...looks);

  expect(items).toHaveLength(MOST_TRANSFERS);
  expect(items.at(-1)?.endedAt).toBe(at(194).toISOString());
});

it('says that transfers can be missing where it did not look for long', () => {
  expect(after(look(0, -1), look(10, 4)).gaps).toBe(false);
  expect(after(look(0, -1), look(60, 59)).gaps).toBe(true);
});

it('says so too where more bytes came than the transfer that it saw brought', () => {
  const first = look(0, -1, { total: 1_000 });

  expect(after(first, look(5, 4, { total: 1_100 })).gaps).toBe(false);
  expect(after(first, look(5, 4, { total: 1_250 })).gaps).toBe(true);
});

it('does not take a transfer under way for a missing one', () => {
  const first = look(0, -1, { total: 1_000 });
  const running = look(2, -1, { inFlight: true, total: 1_060, lastTransfer: null });

  expect(after(first, running, look(5, 4, { total: 1_100 }))).toMatchObject({ gaps: false, items: [{ bytes: 100 }] });
});

it('joins what two controllers saw', () => {
  const one = after(look(0, -1), look(5, 4), look(10, 9));
  const other = after(look(2, -1), look(5, 4), look(15, 14));

  const joined = joinedHistory(one, other);

  expect(joined.since).toBe(at(0).toISOString());
  expect(joined.items.map(({ endedAt }) => endedAt)).toEqual([4, 9, 14].map(minutes => at(minutes).toISOString()));
});
