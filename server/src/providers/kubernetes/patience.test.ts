/** How long an error counts as work in progress. */
import { Patience } from './patience';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it('ends some time after the error was first seen here, and says so, however the clock is set', () => {
  const over: string[] = [];
  const patience = new Patience(uid => over.push(uid), 1_000);

  const first = patience.isOver('a', null);
  jest.setSystemTime(Date.now() - 600_000);
  jest.advanceTimersByTime(999);
  const before = patience.isOver('a', new Date().toISOString());
  jest.advanceTimersByTime(2);

  expect([first, before, patience.isOver('a', null)]).toEqual([false, false, true]);
  expect(over).toEqual(['a']);
  patience.dispose();
});

it('is over at once for an error that the cluster has had for long', () => {
  const patience = new Patience(() => undefined, 1_000);
  expect(patience.isOver('a', new Date(Date.now() - 60_000).toISOString())).toBe(true);
  patience.dispose();
});

it('begins anew after the error was gone', () => {
  const patience = new Patience(() => undefined, 1_000);
  patience.isOver('a', null);
  jest.advanceTimersByTime(2_000);
  patience.forget('a');
  expect(patience.isOver('a', null)).toBe(false);
  patience.dispose();
});
