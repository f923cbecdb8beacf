import { memoryLog, type LogLine } from '../testing/testSidecar';
import { MemoryProvider } from '../testing/memoryProvider';
import { sampleSnapshot } from '../testing/sampleObjects';
import { until } from '../testing/until';
import { Run } from './mlflow/mlflowAnswers';
import type { DatasetRecord, MlflowClient } from './mlflow/mlflowClient';
import { MlflowError } from './mlflow/mlflowError';
import { RunCompletion } from './runCompletion';
import { runTags } from './runTags';

const SNAPSHOT = sampleSnapshot();
const { signal } = new AbortController();

/** A run that names the snapshot by tags; `digests`: the datasets that it has. */
function run(id: string, { uid = SNAPSHOT.uid, digests = [] as string[], deleted = false } = {}): Run {
  const { volumeName: volume, name: snapshot, createdAt: time } = SNAPSHOT;
  const told = { volume, snapshot, uid, namespace: 'forged', cluster: 'forged', time, relation: 'before-run' } as const;
  return Run.parse({
    info: { run_id: id, experiment_id: '0', lifecycle_stage: deleted ? 'deleted' : 'active' },
    data: { tags: runTags([told], null) },
    inputs: { dataset_inputs: digests.map(digest => ({ dataset: { name: 'd', digest } })) }
  });
}

function scene(refuses: readonly string[] = [], cluster: string | null = 'prod') {
  const provider = new MemoryProvider();
  provider.index.upsert(SNAPSHOT);
  const logged: [string, DatasetRecord[]][] = [];
  const lines: LogLine[] = [];
  const client: Pick<MlflowClient, 'logInputs'> = {
    logInputs: async (id, datasets) => {
      if (refuses.includes(id)) {
        throw new MlflowError(id === 'down' ? 'unreachable' : 'forbidden', 'no');
      }
      logged.push([id, [...datasets]]);
    }
  };
  const lineage = { client: client as MlflowClient, place: () => ({ cluster, namespace: 'ann' }) };
  return { provider, logged, lines, completion: new RunCompletion({ provider, lineage, log: memoryLog(lines) }) };
}

test('a run gets the dataset as this server knows it, whatever its tags say of the place', async () => {
  const { completion, logged, provider } = scene();
  expect(await completion.complete([run('a')], signal)).toEqual(['a']);
  expect(logged).toMatchObject([['a', [{ name: `prod/ann/${SNAPSHOT.volumeName}`, digest: SNAPSHOT.uid }]]]);
  expect(provider.runNote(SNAPSHOT.name)).toContain('"run":"a"');
});

test.each([
  ['has it', run('a', { digests: [SNAPSHOT.uid] })],
  ['is deleted', run('a', { deleted: true })],
  ['names another snapshot of the name', run('a', { uid: 'another' })]
])('a run that %s gets nothing', async (_, one) => {
  const { completion, logged, provider } = scene();
  expect(await completion.complete([one], signal)).toEqual([]);
  expect([logged, provider.runNotes.size]).toEqual([[], 0]);
});

test('where nothing tells the cluster nothing is written', async () => {
  const { completion, logged } = scene([], null);
  expect(await completion.complete([run('a')], signal)).toEqual([]);
  expect(logged).toEqual([]);
});

test('a run that may not be changed does not keep the others; an MLflow that is down is told', async () => {
  const { completion } = scene(['theirs', 'down']);
  expect(await completion.complete([run('theirs'), run('a')], signal)).toEqual(['a']);
  await expect(completion.complete([run('down'), run('b')], signal)).rejects.toMatchObject({ failure: 'unreachable' });
});

test('what is only looked at is completed in the background, once, and not after the end', async () => {
  const { completion, logged } = scene(['theirs']);
  const shown = [run('theirs'), run('a')];
  completion.later(shown);
  completion.later([...shown, run('b')]);
  await until(() => logged.length >= 2);
  completion.later(shown);
  completion.later([run('c')]);
  await until(() => logged.length >= 3);
  await completion.dispose();
  completion.later([run('d')]);
  await completion.dispose();
  expect(logged.map(([id]) => id)).toEqual(['a', 'b', 'c']);
});

test('why runs that are looked at got nothing is told in the log, once for each cause, also where nobody waits for it', async () => {
  const { completion, lines, provider } = scene(['theirs', 'others', 'down']);
  provider.runNotes.set(SNAPSHOT.name, 'somebody else’s');
  for (let again = 0; again < 2; again += 1) {
    completion.later([run('theirs'), run('others')]);
    completion.later([run('down')]);
  }
  await until(() => lines.length === 3);
  await completion.complete([run('a')], signal);
  await completion.dispose();
  expect(lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'warn: a run is not written down on its snapshot',
    'warn: a run takes no dataset',
    'warn: runs that are shown lack their datasets until they are shown again'
  ]);
});

test('a run that MLflow was not there for is completed when it is shown again', async () => {
  const refuses = ['down'];
  const { completion, logged, lines } = scene(refuses);
  completion.later([run('down')]);
  await until(() => lines.length === 1);
  refuses.pop();
  completion.later([run('down')]);
  await until(() => logged.length === 1);
  await completion.dispose();
  expect(logged.map(([id]) => id)).toEqual(['down']);
});
