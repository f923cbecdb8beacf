/** What one request of retention has time for, and that the guard has the last word. */
import { GuardedDeletion } from '../../lineage/guardedDeletion';
import type { MlflowClient } from '../../lineage/mlflow/mlflowClient';
import { MlflowError } from '../../lineage/mlflow/mlflowError';
import { ProblemError } from '../../problemError';
import { MemoryProvider } from '../../testing/memoryProvider';
import { sampleSnapshot, sampleVolume } from '../../testing/sampleObjects';
import { VolumeService } from '../volumes/volumeService';
import { RetentionService } from './retentionService';

const silent = async (): Promise<never> => {
  throw new MlflowError('unreachable', 'MLflow at http://mlflow can’t be reached.');
};

/** `mlflow`: set up, and it does not answer. */
function service({ budgetMs, mlflow = false }: { budgetMs?: number; mlflow?: boolean } = {}): {
  provider: MemoryProvider;
  retention: RetentionService;
} {
  const provider = new MemoryProvider();
  provider.index.upsert(sampleVolume());
  for (const day of [1, 2, 3]) {
    const createdAt = `2026-11-0${day}T08:00:00Z`;
    provider.index.upsert(sampleSnapshot({ name: `s${day}`, uid: `u${day}`, createdAt }));
  }
  const problemOf = (thrown: unknown): ProblemError['problem'] => {
    if (thrown instanceof ProblemError) {
      return thrown.problem;
    }
    throw thrown;
  };
  const client = { experiments: () => ({ [Symbol.asyncIterator]: () => ({ next: silent }) }) };
  const lineage = mlflow ? { client: client as unknown as MlflowClient, trackingUri: 'http://mlflow' } : null;
  const deletion = new GuardedDeletion({ provider, lineage });
  const volumes = new VolumeService(provider.index);
  return { provider, retention: new RetentionService({ provider, volumes, deletion, problemOf, budgetMs }) };
}

const apply = ['1', '2'].map(day => ({ name: `s${day}`, uid: `u${day}` }));

it('says which it had no time for, and has not begun with them', async () => {
  const { provider, retention } = service({ budgetMs: -1 });
  const planned = await retention.run({ rules: { last: 1 } }, 'request');
  expect(planned.items.map(({ decision, looked }) => [decision, looked])).toEqual([
    ['keep', false],
    ['delete', false],
    ['delete', false]
  ]);
  const done = await retention.run({ rules: { last: 1 }, apply }, 'request');
  expect(done.items.map(({ outcome }) => outcome?.state)).toEqual([undefined, 'not-begun', 'not-begun']);
  expect(provider.calls.filter(([call]) => call === 'deleteSnapshot')).toEqual([]);
});

it('keeps what a run is linked to between the plan and the deletion', async () => {
  const { provider, retention } = service();
  provider.before = (call, name) => {
    if (call === 'deleteSnapshot' && name === 's1') {
      const run = { run: 'a'.repeat(32), relation: 'exact', state: 'written', at: '2026-11-20T08:00:00Z' };
      provider.runNotes.set('s2', JSON.stringify({ runs: [run], more: 0 }));
    }
  };
  const { items } = await retention.run({ rules: { last: 1 }, apply }, 'request');
  expect(items.map(({ outcome }) => outcome?.state)).toEqual([undefined, 'kept', 'deleting']);
  expect(provider.calls.filter(([call]) => call === 'deleteSnapshot')).toEqual([['deleteSnapshot', 's1', 'u1']]);
});

it('keeps all that it looks at while MLflow does not answer', async () => {
  const { provider, retention } = service({ mlflow: true });
  const planned = await retention.run({ rules: { last: 1 } }, 'request');
  expect(planned.items.map(({ decision, looked }) => [decision, looked])).toEqual([
    ['keep', false],
    ['keep', true],
    ['keep', true]
  ]);
  expect(planned.items[1]?.reasons).toEqual([
    expect.stringMatching(/^Can’t check runs and models: MLflow does not answer\./)
  ]);
  const done = await retention.run({ rules: { last: 1 }, apply }, 'request');
  expect(done.items.map(({ outcome }) => outcome?.state)).toEqual([undefined, 'kept', 'kept']);
  expect(provider.calls.filter(([call]) => call === 'deleteSnapshot')).toEqual([]);
});
