import {
  MOST_NOTED,
  notedCount,
  notedRunsText,
  readNotedRuns,
  withNotedRun,
  type NotedRun,
  type NotedRuns
} from './notedRuns';

const noted = (run: string, state: NotedRun['state'] = 'written'): NotedRun => ({
  run,
  relation: 'exact',
  state,
  at: '2026-01-02T03:04:05Z'
});
const NONE: NotedRuns = { readable: true, runs: [], more: 0 };
const many = (state: NotedRun['state']): NotedRun[] =>
  Array.from({ length: MOST_NOTED }, (_, nr) => noted(`run-${nr}`, state));

test('what is written is read again', () => {
  const runs = [noted('b', 'waiting'), noted('a')];
  const text = notedRunsText({ readable: true, runs, more: 3 });
  expect(readNotedRuns(text)).toEqual({ readable: true, runs, more: 3 });
});

test('as many are told as stand there and are counted, and none where nobody can read it', () => {
  const text = notedRunsText({ readable: true, runs: [noted('b', 'waiting'), noted('a')], more: 3 });
  expect([text, undefined, '', 'x', notedRunsText({ readable: true, runs: [], more: 0 })].map(notedCount)).toEqual([
    { runs: 5 },
    ...[{}, {}, {}, {}]
  ]);
});

test('no text says that no run is written down', () => {
  expect([undefined, '', ' '].map(readNotedRuns)).toEqual([NONE, NONE, NONE]);
});

test.each(['null', '[]', '{}', 'run-1', '{"runs":[{"run":"a"}]}', '{"runs":[{"run":"a b"}]}'])(
  '%s is nothing that can be read, and is not written over',
  text => {
    expect(readNotedRuns(text)).toEqual({ readable: false });
    expect(withNotedRun(readNotedRuns(text), noted('a'))).toBeNull();
  }
);

test('a run stands there once, with the newest word on it, first', () => {
  const one = withNotedRun({ readable: true, runs: [noted('b'), noted('a', 'waiting')], more: 0 }, noted('a'));
  expect(one?.runs).toEqual([noted('a'), noted('b')]);
});

test('of too many the oldest that MLflow has is only counted, and one that waits is never dropped', () => {
  const waits = noted('waits', 'waiting');
  const full = { readable: true, runs: [...many('written').slice(1), waits], more: 4 } as const;
  const next = withNotedRun(full, noted('new', 'waiting'));
  expect(next?.runs).toHaveLength(MOST_NOTED);
  expect(next?.runs[0]).toEqual(noted('new', 'waiting'));
  expect(next?.runs.at(-1)).toEqual(waits);
  expect(next?.runs.map(({ run }) => run)).not.toContain(`run-${MOST_NOTED - 1}`);
  expect(next?.more).toBe(5);
});

test('where all of them wait no more is taken', () => {
  expect(withNotedRun({ readable: true, runs: many('waiting'), more: 0 }, noted('new'))).toBeNull();
});
