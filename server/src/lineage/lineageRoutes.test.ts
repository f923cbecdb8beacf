import { sampleSnapshot } from '../testing/sampleObjects';
import { startTestSidecar } from '../testing/testSidecar';

let sidecar: Awaited<ReturnType<typeof startTestSidecar>>;

beforeEach(async () => {
  sidecar = await startTestSidecar();
  sidecar.index.upsert(sampleSnapshot());
});

afterEach(() => sidecar.stop());

test('without MLflow that is said, and nothing about runs', async () => {
  const { name, uid } = sampleSnapshot();
  const notSetUp = { state: 'not-set-up', fix: expect.stringContaining('MLFLOW_TRACKING_URI') as unknown };
  expect((await sidecar.send('GET', '/lineage/status')).json()).toEqual(notSetUp);
  expect((await sidecar.send('GET', `/lineage/runs?snapshot=${name}`)).json()).toEqual({
    snapshot: name,
    uid,
    mlflow: notSetUp,
    search: null,
    total: 0,
    runs: []
  });
});

test.each([
  ['GET', '/lineage/snapshots?run=abc', undefined, 409, 'mlflow-not-set-up'],
  ['POST', '/lineage/links', { run: 'abc', snapshots: [{ name: 'a', uid: 'b', relation: 'exact' }] }, 409, 'mlflow-'],
  ['GET', '/lineage/runs?snapshot=nothing', undefined, 404, 'snapshot-not-found'],
  ['GET', '/lineage/snapshots', undefined, 400, 'invalid-request'],
  ['GET', '/lineage/snapshots?run=abc&model=models:/a/1', undefined, 400, 'invalid-request'],
  ['GET', "/lineage/snapshots?run=a'b", undefined, 400, 'invalid-request'],
  ['POST', '/lineage/links', { run: 'abc', snapshots: [] }, 400, 'invalid-request']
])('%s %s with %j is refused', async (method, path, body, status, type) => {
  const answer = await sidecar.send(method, path, { body });
  expect(answer).toMatchObject({ status, text: expect.stringContaining(`problems/${type}`) as unknown });
});
