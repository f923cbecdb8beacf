/** Clones on the API server stand-in: what is asked for, what pending means, and what stands in the way of deleting. */
import { untilGone, untilIndexed, untilOver, untilPhase } from '../../../testing/untilIndexed';
import { refusal } from '../../contractSuite';
import type { KubernetesProvider } from '../kubernetesProvider';
import { labels } from '../names';
import { ClusterScene, NAMESPACE } from '../testing/clusterScene';

const WANTED = { title: 'Before lr sweep', note: '', heldUntil: null, notebook: null } as const;
const NO_KEY = { operationKey: null } as const;
const KEY = '0123456789abcdef';

let scene: ClusterScene;

beforeEach(async () => {
  scene = await ClusterScene.open();
});

afterEach(() => scene.end());

async function readySnapshot(provider: KubernetesProvider): Promise<string> {
  const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);
  await untilPhase(provider.index, 'snapshot', name, 'ready');
  return name;
}

describe('making a clone', () => {
  it('is one write, with size, class and modes of the source, and keeps where it is from', async () => {
    const provider = await scene.provider();
    const name = await readySnapshot(provider);
    const before = scene.server.requests.length;

    const made = await provider.createClone({ snapshot: name }, {}, { operationKey: KEY });
    await untilPhase(provider.index, 'clone', made.id, 'ready');

    expect(scene.requestsSince(before)).toEqual(['create hub/persistentvolumeclaims']);
    expect(made).toMatchObject({ id: 'home.before-lr-sweep', path: null, createdBy: 'ann' });
    const claim = scene.get('PersistentVolumeClaim', made.id);
    expect(claim?.['spec']).toEqual({
      accessModes: ['ReadWriteOnce'],
      volumeMode: 'Filesystem',
      storageClassName: 'cow',
      resources: { requests: { storage: String(2 ** 30) } },
      dataSourceRef: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name }
    });
    expect(claim?.metadata.labels).toMatchObject({
      [labels.sourceVolumeId]: scene.get('PersistentVolumeClaim', 'home')?.metadata.uid,
      [labels.operation]: KEY
    });
  });

  it('gives the clone that was made for the same key, also to another process', async () => {
    const provider = await scene.provider();
    const made = await provider.createClone({ volume: 'home' }, { name: 'sweep' }, { operationKey: KEY });
    const second = await scene.provider();

    const again = await second.createClone({ volume: 'home' }, { name: 'sweep' }, { operationKey: KEY });

    expect(again.uid).toBe(made.uid);
  });

  it('takes the next name where a made-up one is taken', async () => {
    const provider = await scene.provider();
    const name = await readySnapshot(provider);

    const first = await provider.createClone({ snapshot: name }, {}, NO_KEY);
    const second = await provider.createClone({ snapshot: name }, {}, NO_KEY);

    expect([first.name, second.name]).toEqual(['before-lr-sweep', 'before-lr-sweep-2']);
  });

  it('is refused for a snapshot that is not complete', async () => {
    scene.idle = true;
    const provider = await scene.provider();
    const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);

    expect(await refusal(provider.createClone({ snapshot: name }, {}, NO_KEY))).toBe('not-ready');
  });
});

it('of another claim is not shown for a label that says it is of ours', async () => {
  const provider = await scene.provider();
  const { id } = await provider.createClone({ volume: 'home' }, { name: 'sweep' }, NO_KEY);
  const own = await untilPhase(provider.index, 'clone', id, 'ready');
  const { metadata, ...rest } = scene.get('PersistentVolumeClaim', id) ?? {};
  for (const name of ['others.sweep', 'homeless', 'home.other']) {
    const marks = { labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {} };
    scene.server.store.create({
      ...rest,
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: NAMESPACE, ...marks }
    });
  }

  await untilPhase(provider.index, 'clone', 'home.other', 'ready');
  expect(provider.index.all('clone').map(clone => clone.id)).toEqual([own.id, 'home.other']);
});

describe('a clone whose class waits for a pod', () => {
  beforeEach(async () => {
    await scene.end();
    scene = await ClusterScene.open({ storageClass: 'cow-wffc' });
  });

  it('is made, runs as no operation, and gets its data when a pod uses it', async () => {
    const provider = await scene.provider();
    const name = await readySnapshot(provider);

    const { id, state } = await provider.createClone({ snapshot: name }, {}, NO_KEY);

    expect(state).toMatchObject({
      phase: 'pending',
      awaitsUse: true,
      message: 'Made. It gets its data when a pod first uses it.'
    });
    expect(provider.index.all('operation').filter(one => one.finishedAt === null)).toEqual([]);
    scene.status('PersistentVolumeClaim', id, { phase: 'Bound', capacity: { storage: '1Gi' } });
    await untilPhase(provider.index, 'clone', id, 'ready');
  });

  it('keeps its snapshot from being deleted, by name', async () => {
    const provider = await scene.provider();
    const name = await readySnapshot(provider);
    const { uid } = provider.index.get('snapshot', name) ?? { uid: '' };
    await provider.createClone({ snapshot: name }, { name: 'sweep' }, NO_KEY);

    const { allowed, blockers } = await provider.planSnapshotDelete(name);

    expect(allowed).toBe(false);
    expect(blockers).toMatchObject([{ kind: 'clone', object: 'home.sweep' }]);
    expect(await refusal(provider.deleteSnapshot(name, uid))).toBe('in-use');
  });
});

describe('deleting a clone', () => {
  it('is refused while a pod uses it, where pods may be seen', async () => {
    const provider = await scene.provider();
    const { id, uid } = await provider.createClone({ volume: 'home' }, { name: 'sweep' }, NO_KEY);
    await untilPhase(provider.index, 'clone', id, 'ready');
    scene.server.store.create({
      kind: 'Pod',
      metadata: { name: 'trainer', namespace: NAMESPACE },
      spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: id } }] }
    });

    const plan = await provider.planCloneDelete(id);

    expect(plan.blockers).toMatchObject([{ kind: 'pod', object: 'trainer' }]);
    expect(await refusal(provider.deleteClone(id, uid))).toBe('in-use');
  });

  it('says what can’t be known where pods may not be seen', async () => {
    scene.server.rules = [
      {
        verbs: ['*'],
        apiGroups: ['', 'snapshot.storage.k8s.io', 'storage.k8s.io', 'authorization.k8s.io'],
        resources: ['persistentvolumeclaims', 'volumesnapshots', 'volumesnapshotclasses', 'storageclasses', '*reviews']
      }
    ];
    const provider = await scene.provider();
    const { id } = await provider.createClone({ volume: 'home' }, { name: 'sweep' }, NO_KEY);
    const clone = await untilPhase(provider.index, 'clone', id, 'ready');

    const plan = await provider.planCloneDelete(id);

    expect(clone.usedBy).toMatchObject({ known: false });
    expect(plan).toMatchObject({ allowed: true, warnings: [expect.stringContaining('can’t be told')] });
  });
});

it('a clone that somebody else made shows where it is from, and is not deleted from here', async () => {
  const provider = await scene.provider();
  scene.foreignSnapshot('nightly', 'home');
  scene.server.store.create({
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'by-hand', namespace: NAMESPACE },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'nightly' }
    },
    status: { phase: 'Bound', capacity: { storage: '1Gi' } }
  });

  const clone = await untilIndexed(provider.index, 'by-hand', () => provider.index.get('clone', 'by-hand'));

  expect(clone.source).toMatchObject({ kind: 'snapshot', name: 'nightly', volume: 'home', exists: true });
  expect((await provider.planCloneDelete('by-hand')).blockers.map(({ kind }) => kind)).toEqual(['other']);
});

it('a cancelled clone is gone, and its operation cancelled', async () => {
  scene.idle = true;
  const provider = await scene.provider();
  const { id } = await provider.createClone({ volume: 'home' }, { name: 'sweep' }, NO_KEY);

  await provider.cancelOperation(provider.index.all('operation')[0]?.id ?? '');

  await untilGone(provider.index, 'clone', id);
  expect((await untilOver(provider.index, id)).state).toBe('cancelled');
});
