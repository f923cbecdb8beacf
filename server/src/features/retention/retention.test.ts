/** Retention over HTTP: what is only told, what is deleted, and what is kept by all that speaks against it. */
import type { RetentionReport } from '../../../../contract';
import { ProblemError } from '../../problemError';
import { sampleSnapshot, sampleVolume } from '../../testing/sampleObjects';
import { startTestSidecar, type TestAnswer } from '../../testing/testSidecar';

let sidecar: Awaited<ReturnType<typeof startTestSidecar>>;

beforeEach(async () => {
  sidecar = await startTestSidecar();
  sidecar.index.upsert(sampleVolume());
  for (const day of [1, 2, 3, 4]) {
    const createdAt = `2026-11-0${day}T08:00:00Z`;
    sidecar.index.upsert(sampleSnapshot({ name: `s${day}`, uid: `u${day}`, createdAt }));
  }
});

afterEach(() => sidecar.stop());

const ask = (body: object): Promise<TestAnswer> => sidecar.send('POST', '/retention', { body });
const report = async (body: object): Promise<RetentionReport> => (await ask(body)).json() as RetentionReport;
const told = ({ items }: RetentionReport): unknown[] =>
  items.map(({ snapshot, decision, outcome }) => [snapshot, decision, outcome?.state ?? null]);
const deletions = (): unknown[] => sidecar.provider.calls.filter(([call]) => call === 'deleteSnapshot');

const rules = { last: 2 };
const AT = '2026-11-20T08:00:00Z';

test('without apply it only tells, with what stands against each', async () => {
  sidecar.provider.runNotes.set('s1', 'broken');
  const found = await report({ rules });
  expect(told(found)).toEqual([
    ['s4', 'keep', null],
    ['s3', 'keep', null],
    ['s2', 'delete', null],
    ['s1', 'keep', null]
  ]);
  expect(found.items.map(({ looked }) => looked)).toEqual([false, false, true, false]);
  expect(found.items[3]?.reasons).toEqual(['Which runs are written down on it can’t be read.']);
  expect(deletions()).toEqual([]);
});

test('deletes what is named and the rules delete, by uid, and nothing else', async () => {
  const apply = [
    { name: 's1', uid: 'u1' },
    { name: 's2', uid: 'another' },
    { name: 's4', uid: 'u4' }
  ];
  const found = await report({ rules, apply });
  expect(told(found)).toEqual([
    ['s4', 'keep', 'kept'],
    ['s3', 'keep', null],
    ['s2', 'delete', null],
    ['s1', 'delete', 'deleting']
  ]);
  expect(deletions()).toEqual([['deleteSnapshot', 's1', 'u1']]);
});

test('what the storage refuses is told with its reason, and the others go', async () => {
  sidecar.provider.before = (call, name) => {
    if (call === 'deleteSnapshot' && name === 's1') {
      throw new ProblemError('in-use', { detail: 's1 is being cloned.', next: 'Wait.', object: 's1' });
    }
  };
  const apply = ['1', '2'].map(day => ({ name: `s${day}`, uid: `u${day}` }));
  const found = await report({ rules, apply });
  expect(told(found).slice(2)).toEqual([
    ['s2', 'delete', 'deleting'],
    ['s1', 'delete', 'kept']
  ]);
  expect(found.items[3]?.outcome).toMatchObject({ problem: { detail: 's1 is being cloned.' } });
});

test('while storage does not answer nothing is told or deleted, as it may have changed', async () => {
  const problem = new ProblemError('storage-unreachable', { detail: 'No answer.', next: 'Wait.' }).problem;
  sidecar.provider.setFreshness({ current: false, asOf: AT, since: AT, retryAt: null, problem });
  expect((await ask({ rules, apply: [{ name: 's1', uid: 'u1' }] })).status).toBe(503);
  expect(deletions()).toEqual([]);
});

test('without a rule, or of a volume that is not there, it is refused', async () => {
  expect((await ask({ rules: {} })).status).toBe(400);
  expect((await ask({ rules, volume: 'none' })).status).toBe(404);
});
