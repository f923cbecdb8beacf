import type { DeletePlan } from '../../../contract';
import { MemoryProvider } from '../testing/memoryProvider';
import { sampleSnapshot } from '../testing/sampleObjects';
import { GuardedDeletion } from './guardedDeletion';
import { ModelVersion, Run } from './mlflow/mlflowAnswers';
import type { MlflowClient } from './mlflow/mlflowClient';
import { MlflowError } from './mlflow/mlflowError';

const SNAPSHOT = sampleSnapshot();

/** A provider that has written down runs, or something else, on its snapshots. */
class NotingProvider extends MemoryProvider {
  note: string | undefined = undefined;

  runNote(): string | undefined {
    return this.note;
  }
}

function scene(note?: string): { provider: NotingProvider; deletion: GuardedDeletion; deleted: () => number } {
  const provider = new NotingProvider();
  provider.index.upsert(SNAPSHOT);
  provider.note = note;
  return {
    provider,
    deletion: new GuardedDeletion({ provider, lineage: null }),
    deleted: () => provider.calls.filter(([call]) => call === 'deleteSnapshot').length
  };
}

const NOTE = JSON.stringify({
  runs: [{ run: 'a', relation: 'exact', state: 'waiting', at: '2026-01-02T03:04:05Z' }]
});

test('without MLflow and without a note the provider’s plan is all', async () => {
  const { provider, deletion, deleted } = scene();
  const plan: DeletePlan = await provider.planSnapshotDelete(SNAPSHOT.name);
  expect(await deletion.plan(SNAPSHOT.name)).toEqual(plan);
  await deletion.delete(SNAPSHOT.name, SNAPSHOT.uid, false);
  expect(deleted()).toBe(1);
});

test.each([
  ['a run', NOTE, 'Written down on it: 1 run: a. MLflow is not set up here'],
  ['nothing readable', 'run a', 'can’t be read']
])('where %s is written down on it, it is deleted only by force', async (_, note, words) => {
  const { deletion, deleted } = scene(note);
  const plan = await deletion.plan(SNAPSHOT.name);
  expect(plan).toMatchObject({ allowed: true, force: true, typeToConfirm: expect.any(String) as unknown });
  expect(plan.warnings[0]).toContain(words);
  await expect(deletion.delete(SNAPSHOT.name, SNAPSHOT.uid, false)).rejects.toThrow(words);
  expect(deleted()).toBe(0);
  await deletion.delete(SNAPSHOT.name, SNAPSHOT.uid, true);
  expect(deleted()).toBe(1);
});

describe('with MLflow set up', () => {
  const RUN = Run.parse({
    info: { run_id: 'a', run_name: 'train', experiment_id: '0' },
    data: {
      tags: [
        { key: 'data_volume_name', value: SNAPSHOT.volumeName },
        { key: 'snapshot_name', value: SNAPSHOT.name }
      ]
    }
  });

  /** An MLflow with one run that names the snapshot; `fails`: it is asked in vain. */
  function mlflow({ fails = null, versions = [] }: { fails?: Error | null; versions?: object[] }) {
    const found = scene();
    const deletedToo: unknown[] = [];
    const client: Partial<MlflowClient> = {
      experiments: async function* () {
        if (fails !== null) {
          throw fails;
        }
        yield [{ experiment_id: '0', name: '', lifecycle_stage: 'active' }];
      },
      runs: async function* ({ deleted }) {
        deletedToo.push(deleted);
        yield [RUN];
      },
      versionsOfRuns: async ids =>
        versions.map(one => ModelVersion.parse(one)).filter(one => ids.includes(one.run_id ?? '')),
      aliases: async () => [
        { alias: 'champion', version: '1' },
        { alias: 'old', version: '2' }
      ]
    };
    const lineage = { client: client as MlflowClient, trackingUri: 'http://mlflow' };
    return { ...found, deletedToo, deletion: new GuardedDeletion({ provider: found.provider, lineage }) };
  }

  const late = Object.assign(new Error('late'), { name: 'TimeoutError' });
  test.each([
    ['does not answer', new MlflowError('unreachable', 'It is down.'), 'models: MLflow does not answer. It is down.'],
    ['is slow', late, 'models: MLflow does not answer. It did not tell all runs within 20 s.'],
    ['does not know who asks', new MlflowError('unauthenticated', 'Who?'), 'Can’t check runs and models. Who?'],
    ['refuses the host name', new MlflowError('host-refused', 'Not here.'), 'Can’t check runs and models. Not here.']
  ])('where it %s nothing is deleted but by force, and that is said', async (_, fails, words) => {
    const { deletion, deleted } = mlflow({ fails });
    const plan = await deletion.plan(SNAPSHOT.name);
    expect(plan).toMatchObject({ allowed: true, blockers: [], force: true, typeToConfirm: SNAPSHOT.title });
    expect(plan.warnings[0]).toContain(words);
    await expect(deletion.delete(SNAPSHOT.name, SNAPSHOT.uid, false)).rejects.toThrow(words);
    expect(deleted()).toBe(0);
    await deletion.delete(SNAPSHOT.name, SNAPSHOT.uid, true);
    expect(deleted()).toBe(1);
  });

  test('what is wrong here is no answer of MLflow: nothing is deleted, also by force', async () => {
    const { deletion, deleted } = mlflow({ fails: new TypeError('a bug') });
    await expect(deletion.delete(SNAPSHOT.name, SNAPSHOT.uid, true)).rejects.toThrow('a bug');
    expect(deleted()).toBe(0);
  });

  test('a registered version stands in the way with its own aliases, also by force, and deleted runs are asked for', async () => {
    const { deletion, deleted, deletedToo } = mlflow({ versions: [{ name: 'churn', version: '1', run_id: 'a' }] });
    expect(await deletion.plan(SNAPSHOT.name)).toMatchObject({ allowed: false });
    await expect(deletion.delete(SNAPSHOT.name, SNAPSHOT.uid, true)).rejects.toThrow('churn (@champion) comes from');
    expect([deleted(), new Set(deletedToo)]).toEqual([0, new Set([true])]);
  });

  test('a version of a run that is written down on it stands in the way, also where MLflow does not tell that run', async () => {
    const { deletion, deleted, provider } = mlflow({ versions: [{ name: 'churn', version: '2', run_id: 'b' }] });
    provider.note = NOTE.replace('"run":"a"', '"run":"b"');
    await expect(deletion.delete(SNAPSHOT.name, SNAPSHOT.uid, true)).rejects.toThrow('which is written down on it');
    expect(deleted()).toBe(0);
  });

  test('a run alone asks for a word', async () => {
    const { deletion, deleted } = mlflow({});
    await expect(deletion.delete(SNAPSHOT.name, SNAPSHOT.uid, false)).rejects.toThrow('1 run used it, or another one');
    await deletion.delete(SNAPSHOT.name, SNAPSHOT.uid, true);
    expect(deleted()).toBe(1);
  });
});
