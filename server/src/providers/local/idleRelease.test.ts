/** When something that is needed now and then is given back. */
import { IdleRelease } from './idleRelease';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function idle(isBusy = (): boolean => false): { idle: IdleRelease; released: () => number } {
  let count = 0;
  return { idle: new IdleRelease({ afterMs: 100, isBusy, release: () => (count += 1) }), released: () => count };
}

describe('what is needed now and then', () => {
  it('is given back once, a while after the last need', () => {
    const { idle: lease, released } = idle();
    lease.needed();
    jest.advanceTimersByTime(99);
    lease.needed();
    jest.advanceTimersByTime(99);
    expect(released()).toBe(0);

    jest.advanceTimersByTime(1000);

    expect(released()).toBe(1);
  });

  it('is kept while work goes on, and a while longer', () => {
    let busy = true;
    const { idle: lease, released } = idle(() => busy);
    lease.needed();
    jest.advanceTimersByTime(1000);
    expect(released()).toBe(0);
    busy = false;

    jest.advanceTimersByTime(100);

    expect(released()).toBe(1);
  });

  it('is kept until announced work is over, also where it fails', async () => {
    const { idle: lease, released } = idle();
    let fail: (error: Error) => void = () => undefined;
    lease.needed();
    const work = lease.during(() => new Promise<void>((_, reject) => (fail = reject)));
    jest.advanceTimersByTime(1000);
    expect(released()).toBe(0);
    fail(new Error('broken'));
    await expect(work).rejects.toThrow('broken');

    jest.advanceTimersByTime(100);

    expect(released()).toBe(1);
  });
});
