/** How often and how long storage is looked at before a list is told. */
import { memoryLog, type LogLine } from '../testing/testSidecar';
import { RecentLook } from './recentLook';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] }));
afterEach(() => void jest.useRealTimers());

describe('looking before a list is told', () => {
  it('happens once for all who ask at once, and again when the look is old', async () => {
    const refresh = jest.fn(() => Promise.resolve());
    const look = new RecentLook({ refresh, log: memoryLog() });

    await Promise.all([look.have(), look.have()]);
    await look.have();
    expect(refresh).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(2000);
    await look.have();

    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it('does not happen right after somebody else looked', async () => {
    const refresh = jest.fn(() => Promise.resolve());
    const startedAt = performance.now();
    const look = new RecentLook({ refresh, lookedAt: () => startedAt, log: memoryLog() });

    await look.have();
    expect(refresh).not.toHaveBeenCalled();
    jest.advanceTimersByTime(2000);
    await look.have();

    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('is not waited for longer than a moment, nor begun twice', async () => {
    const refresh = jest.fn(() => new Promise<void>(() => undefined));
    const look = new RecentLook({ refresh, log: memoryLog() });

    const first = look.have();
    jest.advanceTimersByTime(150);
    await first;
    const second = look.have();
    jest.advanceTimersByTime(150);
    await second;

    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('does not fail the list when it fails', async () => {
    const lines: LogLine[] = [];
    const look = new RecentLook({ refresh: () => Promise.reject(new Error('broken')), log: memoryLog(lines) });

    await look.have();

    expect(lines.map(({ level }) => level)).toEqual(['warn']);
  });
});
