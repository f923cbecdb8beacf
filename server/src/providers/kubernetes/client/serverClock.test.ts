import { ServerClock } from './serverClock';

const START = Date.parse('2026-01-01T00:00:00Z');

/** A server whose clock differs, asked at times of the own clock; answers take 40 ms each way. */
function scene(aheadMs: number): {
  clock: ServerClock;
  ask: (ahead?: number) => void;
  pass: (ms: number) => void;
  error: () => number;
} {
  let own = START;
  const clock = new ServerClock(() => own);
  return {
    clock,
    ask: (ahead = aheadMs) => {
      const sentAt = own;
      own += 40;
      const date = new Date(own + ahead).toUTCString();
      own += 40;
      clock.heard(date, sentAt);
    },
    pass: ms => {
      own += ms;
    },
    error: () => clock.now().getTime() - own - aheadMs
  };
}

it('is the own time where nothing was heard, or nothing that is a time', () => {
  const { clock, error } = scene(0);
  expect(error()).toBe(0);
  clock.heard(undefined, START);
  clock.heard('soon', START);
  expect(error()).toBe(0);
});

it('is exactly the own time where the clocks agree', () => {
  const { ask, pass, error } = scene(0);
  for (let asked = 0; asked < 20; asked++) {
    ask();
    expect(error()).toBe(0);
    pass(370);
  }
});

it.each([-600_000, -25_000, -1_500, 1_500, 25_000, 600_000])(
  'follows a clock that is %d ms ahead, closer with each answer, and never goes back',
  ahead => {
    const { clock, ask, pass, error } = scene(ahead);
    ask();
    expect(Math.abs(error())).toBeLessThan(1100);
    let last = 0;
    for (let asked = 0; asked < 40; asked++) {
      pass(370);
      ask();
      expect(clock.now().getTime()).toBeGreaterThanOrEqual(last);
      last = clock.now().getTime();
    }
    expect(Math.abs(error())).toBeLessThan(200);
  }
);

it('believes the last answer where a clock was set', () => {
  const { clock, ask, pass } = scene(0);
  ask();
  pass(1000);
  ask(60_000);
  expect(clock.now().getTime() - (START + 1160)).toBeGreaterThan(58_000);
});
