import type { Problem } from '../../../contract';
import { problem } from '../../../contract';
import type { SnapshotService } from '../features/snapshots/snapshotService';
import { MemoryProvider } from '../testing/memoryProvider';
import { sampleSnapshot } from '../testing/sampleObjects';
import { memoryLog } from '../testing/testSidecar';
import { until } from '../testing/until';
import { LineageWriting } from './lineageWriting';
import type { MlflowClient } from './mlflow/mlflowClient';
import { MlflowError } from './mlflow/mlflowError';

const DOWN: Problem = problem('storage-unreachable', { detail: 'It is down.', next: 'Wait.' });

test('links that wait are taken up when storage that was down at the start is read, once', async () => {
  const provider = new MemoryProvider();
  const asked: string[] = [];
  const run = async (id: string): Promise<never> => {
    asked.push(id);
    throw new MlflowError('not-found', 'no such run');
  };
  const client: Partial<MlflowClient> = { run };
  const lineage = {
    client: client as MlflowClient,
    trackingUri: 'http://mlflow',
    server: 'http://mlflow',
    place: () => ({ cluster: 'prod', namespace: 'ann' }),
    kernels: null,
    image: null,
    dispose: async () => undefined
  };
  const snapshots: Partial<SnapshotService> = { get: () => sampleSnapshot() };
  const writing = new LineageWriting({
    ...{ provider, lineage, log: memoryLog() },
    snapshots: snapshots as SnapshotService,
    written: () => undefined
  });
  provider.setFreshness({ current: false, problem: DOWN, since: '2026-01-02T03:04:05Z', asOf: null, retryAt: null });
  writing.begin();

  provider.index.upsert(sampleSnapshot());
  const runs = [{ run: 'waits', relation: 'exact', state: 'waiting', at: '2026-01-02T03:04:05Z' }];
  provider.runNotes.set(sampleSnapshot().name, JSON.stringify({ runs }));
  expect(asked).toEqual([]);
  provider.setFreshness({ current: true });

  await until(() => asked.length > 0);
  provider.setFreshness({ current: true });
  await writing.dispose();
  expect(asked).toEqual(['waits']);
});
