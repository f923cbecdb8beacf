/** What a link leaves in MLflow and on the snapshot, whatever of the two fails. */
import type { SnapshotService } from '../features/snapshots/snapshotService';
import { ProblemError } from '../problemError';
import { MemoryProvider } from '../testing/memoryProvider';
import { sampleSnapshot } from '../testing/sampleObjects';
import { memoryLog } from '../testing/testSidecar';
import { LinkService } from './linkService';
import { Run } from './mlflow/mlflowAnswers';
import type { MlflowClient } from './mlflow/mlflowClient';
import { MlflowError, type MlflowFailure } from './mlflow/mlflowError';
import { runTags } from './runTags';

const SNAPSHOT = sampleSnapshot();
const wanted = [{ name: SNAPSHOT.name, uid: SNAPSHOT.uid, relation: 'exact' as const }];

function scene({ fails = null, tags = [] }: { fails?: MlflowFailure | null; tags?: object[] } = {}) {
  const provider = new MemoryProvider();
  provider.index.upsert(SNAPSHOT);
  const [written, values]: [string[], string[]] = [[], []];
  const client: Partial<MlflowClient> = {
    run: async id => {
      if (fails !== null) {
        throw new MlflowError(fails, 'no');
      }
      return Run.parse({ info: { run_id: id, experiment_id: '0' }, data: { tags } });
    },
    tagRun: async (_, sent) => {
      written.push(...sent.map(({ key }) => key));
      values.push(...sent.map(({ value }) => value));
    },
    logInputs: async () => void written.push('dataset')
  };
  const lineage = {
    client: client as MlflowClient,
    trackingUri: 'http://mlflow',
    server: 'http://mlflow',
    place: () => ({ cluster: 'prod', namespace: 'ann' }),
    kernels: null,
    image: null,
    dispose: async () => undefined
  };
  const snapshots: Partial<SnapshotService> = { get: name => provider.index.get('snapshot', name) ?? SNAPSHOT };
  const links = new LinkService({
    ...{ provider, lineage, log: memoryLog() },
    snapshots: snapshots as SnapshotService,
    written: () => undefined
  });
  const states = (): string[] =>
    [...(provider.runNote(SNAPSHOT.name) ?? '').matchAll(/"(waiting|written)"/g)].map(([, one = '']) => one);
  return { provider, links, written, values, states };
}

test('a link is written in MLflow, and stands on the snapshot as written', async () => {
  const { links, written, states } = scene();
  expect(await links.link({ run: 'a', snapshots: wanted })).toMatchObject({ state: 'written', problem: null });
  expect(written).toEqual(expect.arrayContaining(['snapshot_name', 'datamark.github.io/volumes', 'dataset']));
  expect(states()).toEqual(['written']);
  await links.dispose();
});

test.each<MlflowFailure>(['unreachable', 'timeout', 'unauthenticated', 'host-refused', 'rate-limited'])(
  'where MLflow fails with %s it waits on the snapshot',
  async fails => {
    const { links, states } = scene({ fails });
    expect(await links.link({ run: 'a', snapshots: wanted })).toMatchObject({ state: 'waiting' });
    expect(states()).toEqual(['waiting']);
    await links.dispose();
  }
);

test.each<MlflowFailure>(['not-found', 'forbidden', 'invalid'])(
  'what MLflow will never take (%s) leaves nothing on the snapshot',
  async fails => {
    const { links, states } = scene({ fails });
    await expect(links.link({ run: 'a', snapshots: wanted })).rejects.toThrow('no');
    expect(states()).toEqual([]);
    await links.dispose();
  }
);

test('where it can’t wait it is written at once, and that is told, or refused and not said to wait', async () => {
  for (const fails of [null, 'unreachable'] as const) {
    const { links, provider } = scene({ fails });
    provider.changeRunNote = async () => {
      throw new ProblemError('not-supported', { detail: 'No right.', next: 'Ask.' });
    };
    const linked = links.link({ run: 'a', snapshots: wanted });
    await (fails === null
      ? expect(linked).resolves.toMatchObject({ state: 'written', problem: { detail: 'No right.' } })
      : expect(linked).rejects.toThrow('no'));
    await links.dispose();
  }
});

test('another snapshot than the one looked at, and one that is not complete, are not linked', async () => {
  const { links, provider, written, states } = scene();
  const other = [{ name: SNAPSHOT.name, uid: 'another', relation: 'exact' as const }];
  await expect(links.link({ run: 'a', snapshots: other })).rejects.toThrow('another snapshot');
  provider.index.upsert({ ...SNAPSHOT, state: { phase: 'pending', since: SNAPSHOT.createdAt, message: '' } });
  await expect(links.link({ run: 'a', snapshots: wanted })).rejects.toThrow('not complete');
  expect([written, states()]).toEqual([[], []]);
  await links.dispose();
});

test('names that another tool wrote are not written over; without those ours stand there', async () => {
  const theirs = [
    { key: 'data_volume_name', value: 'elsewhere' },
    { key: 'snapshot_name', value: 'monday' }
  ];
  const { links, written } = scene({ tags: theirs });
  await links.link({ run: 'a', snapshots: wanted });
  expect(written).toContain('datamark.github.io/volumes');
  expect(written).not.toContain('snapshot_name');
  await links.dispose();
});

test('a snapshot that the run names already is named once, with the new word on it', async () => {
  const named = { volume: SNAPSHOT.volumeName, snapshot: SNAPSHOT.name, uid: SNAPSHOT.uid, cluster: 'prod' };
  const before = { ...named, namespace: 'ann', time: SNAPSHOT.createdAt, relation: 'before-run' as const };
  const { links, values } = scene({ tags: runTags([before], null) });
  await links.link({ run: 'a', snapshots: wanted });
  const [volumes = ''] = values.filter(value => value.startsWith('['));
  expect(JSON.parse(volumes)).toEqual([{ ...before, relation: 'exact' }]);
  await links.dispose();
});
