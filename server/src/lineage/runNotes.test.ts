import { MemoryProvider } from '../testing/memoryProvider';
import { sampleSnapshot } from '../testing/sampleObjects';
import type { NotedRun } from './notedRuns';
import { RunNotes } from './runNotes';

const SNAPSHOT = sampleSnapshot();

const noted = (run: string, state: NotedRun['state'], at = '2026-01-02T03:04:05Z'): NotedRun => ({
  run,
  relation: 'exact',
  state,
  at
});

function scene(): { provider: MemoryProvider; notes: RunNotes; states: () => string[] } {
  const provider = new MemoryProvider();
  provider.index.upsert(SNAPSHOT);
  const states = (): string[] => {
    const { runs } = JSON.parse(provider.runNote(SNAPSHOT.name) ?? '{"runs":[]}') as { runs: NotedRun[] };
    return runs.map(({ run, state }) => `${run} ${state}`);
  };
  return { provider, notes: new RunNotes(provider), states };
}

test('a run waits until that is settled, once', async () => {
  const { notes, states } = scene();
  await notes.add(SNAPSHOT, [noted('a', 'waiting')]);
  expect(notes.waiting()).toEqual([
    { run: 'a', snapshots: [{ name: SNAPSHOT.name, uid: SNAPSHOT.uid, relation: 'exact' }] }
  ]);
  await notes.settle(SNAPSHOT, 'a');
  await notes.settle(SNAPSHOT, 'another');
  expect([states(), notes.waiting()]).toEqual([['a written'], []]);
});

test('what is taken back stands there as before', async () => {
  const { notes, states } = scene();
  await notes.add(SNAPSHOT, [{ ...noted('a', 'written'), relation: 'before-run' }]);
  const undo = await notes.add(SNAPSHOT, [noted('a', 'waiting'), noted('b', 'waiting')]);
  expect(states()).toEqual(['b waiting', 'a waiting']);
  await undo();
  expect(states()).toEqual(['a written']);
});

test('a link that MLflow has already does not wait again, and nothing is written', async () => {
  const { provider, notes, states } = scene();
  await notes.add(SNAPSHOT, [noted('a', 'written')]);
  const before = provider.runNote(SNAPSHOT.name);
  const undo = await notes.add(SNAPSHOT, [noted('a', 'waiting', '2027-01-01T00:00:00Z')]);
  await undo();
  expect([provider.runNote(SNAPSHOT.name), states()]).toEqual([before, ['a written']]);
});

test('what somebody else wrote there is never written over', async () => {
  const { provider, notes } = scene();
  provider.runNotes.set(SNAPSHOT.name, 'waiting for "waiting"');
  await expect(notes.add(SNAPSHOT, [noted('a', 'waiting')])).rejects.toThrow('written by somebody else');
  expect([provider.runNote(SNAPSHOT.name), notes.waiting()]).toEqual(['waiting for "waiting"', []]);
});

test('the oldest link is first, with all its snapshots', async () => {
  const { provider, notes } = scene();
  const other = sampleSnapshot({ name: 'data.1', uid: 'data-1' });
  provider.index.upsert(other);
  await notes.add(SNAPSHOT, [noted('new', 'waiting', '2026-02-01T00:00:00Z')]);
  for (const one of [SNAPSHOT, other]) {
    await notes.add(one, [noted('old', 'waiting', '2026-01-01T00:00:00Z')]);
  }
  expect(notes.waiting().map(({ run, snapshots }) => [run, snapshots.length])).toEqual([
    ['old', 2],
    ['new', 1]
  ]);
});
