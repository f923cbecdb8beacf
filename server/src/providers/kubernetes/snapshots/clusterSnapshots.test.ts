/** Snapshots on the API server stand-in: what each action asks of the cluster, and what becomes of every failure. */
import { GuardedDeletion } from '../../../lineage/guardedDeletion';
import { ApiRefusal } from '../../../testing/api/apiRefusal';
import { until } from '../../../testing/until';
import { untilGone, untilIndexed, untilOver, untilPhase } from '../../../testing/untilIndexed';
import { refusal } from '../../contractSuite';
import { labels } from '../names';
import { ClusterScene, NAMESPACE } from '../testing/clusterScene';

const WANTED = { title: 'before', note: '', heldUntil: null, notebook: null } as const;
const NO_KEY = { operationKey: null } as const;
const KEY = '0123456789abcdef';

let scene: ClusterScene;

beforeEach(async () => {
  scene = await ClusterScene.open();
});

afterEach(() => scene.end());

describe('making a snapshot', () => {
  it('is one write and no question, from the request to ready', async () => {
    scene.idle = true;
    const provider = await scene.provider();
    await provider.createSnapshot('home', WANTED, { operationKey: 'ffffffffffffffff' }).then(async ({ name }) => {
      scene.ready(name);
      await untilPhase(provider.index, 'snapshot', name, 'ready');
    });
    const before = scene.server.requests.length;

    const { name } = await provider.createSnapshot('home', WANTED, { operationKey: KEY });
    scene.ready(name);
    await untilPhase(provider.index, 'snapshot', name, 'ready');

    expect(scene.requestsSince(before)).toEqual(['create hub/volumesnapshots']);
  });

  it('writes down what is needed to find it and to restore it without its claim', async () => {
    const provider = await scene.provider();

    const { name } = await provider.createSnapshot('home', { ...WANTED, notebook: 'a.ipynb' }, { operationKey: KEY });

    const made = scene.get('VolumeSnapshot', name);
    expect(made?.metadata.labels).toMatchObject({
      [labels.origin]: 'datamark',
      [labels.operation]: KEY,
      [labels.managedBy]: 'datamark',
      [labels.volumeId]: scene.get('PersistentVolumeClaim', 'home')?.metadata.uid
    });
    expect(JSON.parse(made?.metadata.annotations?.['datamark.github.io/claim'] ?? '')).toMatchObject({
      name: 'home',
      size: '1Gi',
      accessModes: ['ReadWriteOnce'],
      storageClass: 'cow'
    });
    expect(made?.['spec']).toEqual({ source: { persistentVolumeClaimName: 'home' }, volumeSnapshotClassName: 'cow' });
  });

  it('says which exported snapshot it holds, written once, and so do clones of it', async () => {
    const provider = await scene.provider();
    const { name, uid } = await provider.createSnapshot('home', WANTED, NO_KEY);
    scene.ready(name);
    await untilPhase(provider.index, 'snapshot', name, 'ready');

    expect(await provider.markExported(name, uid, 'snapmirror.1')).toMatchObject({ exported: 'snapmirror.1' });
    const before = scene.server.requests.length;
    await provider.markExported(name, uid, 'snapmirror.1');
    expect(scene.requestsSince(before)).toEqual([]);
    expect(await refusal(provider.markExported(name, 'another', 'snapmirror.2'))).toBe('object-changed');

    const { id } = await provider.createClone({ snapshot: name }, { name: 'sweep' }, NO_KEY);
    const written = scene.get('PersistentVolumeClaim', id)?.metadata.annotations?.['datamark.github.io/source'];
    expect(JSON.parse(written ?? '')).toMatchObject({ uid, exported: 'snapmirror.1' });
  });

  it('gives the object that was made where its answer is lost', async () => {
    const provider = await scene.provider();
    scene.server.fault({ method: 'POST', path: /volumesnapshots$/ }, { kind: 'reset after' });

    const made = await provider.createSnapshot('home', WANTED, NO_KEY);

    expect(scene.server.store.listAll('VolumeSnapshot')).toHaveLength(1);
    expect(scene.get('VolumeSnapshot', made.name)?.metadata.uid).toBe(made.uid);
  });

  it('gives the object that another process made for the same key', async () => {
    const first = await scene.provider();
    const made = await first.createSnapshot('home', WANTED, { operationKey: KEY });
    const second = await scene.provider();

    const again = await second.createSnapshot('home', WANTED, { operationKey: KEY });

    expect(again.uid).toBe(made.uid);
    expect(scene.server.store.listAll('VolumeSnapshot')).toHaveLength(1);
  });

  it('makes one of two requests with the same key at the same time', async () => {
    const provider = await scene.provider();

    const [one, other] = await Promise.all([
      provider.createSnapshot('home', WANTED, { operationKey: KEY }),
      provider.createSnapshot('home', WANTED, { operationKey: KEY })
    ]);

    expect(one.uid).toBe(other.uid);
    expect(scene.server.store.listAll('VolumeSnapshot')).toHaveLength(1);
  });

  it('says which quota is used up, and leaves nothing behind', async () => {
    const provider = await scene.provider();
    scene.server.admissions.push(operation => {
      if (operation === 'CREATE') {
        const counted = 'count/volumesnapshots.snapshot.storage.k8s.io';
        const words = `exceeded quota: small, requested: ${counted}=1, used: ${counted}=5, limited: ${counted}=5`;
        throw new ApiRefusal(403, 'Forbidden', `volumesnapshots is forbidden: ${words}`);
      }
    });

    const refused = provider.createSnapshot('home', WANTED, NO_KEY);

    await expect(refused).rejects.toMatchObject({ problem: { status: 403 } });
    expect(await refusal(provider.createSnapshot('home', WANTED, NO_KEY))).toBe('quota-exceeded');
    expect(provider.index.all('operation')).toEqual([]);
  });

  it('is off where several classes fit and none is the default', async () => {
    scene.server.store.delete({ kind: 'VolumeSnapshotClass', name: 'cow' });
    scene.snapshotClass('one', false);
    scene.snapshotClass('two', false);
    const provider = await scene.provider();

    const can = provider.index.get('volume', 'home')?.can.snapshot;

    expect(can).toMatchObject({ available: false });
    expect(await refusal(provider.createSnapshot('home', WANTED, NO_KEY))).toBe('not-supported');
  });
});

describe('a snapshot that the storage refuses', () => {
  const refused = (code: string) => ({
    error: {
      time: new Date().toISOString(),
      message: `Failed to check and update snapshot content: failed to take snapshot of the volume x: "rpc error: code = ${code} desc = no more"`
    }
  });

  it('is pending in the storage’s words as long as trying again may help, and ready when it did', async () => {
    scene.idle = true;
    const provider = await scene.provider();
    const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);

    scene.status('VolumeSnapshot', name, refused('ResourceExhausted'));
    const told = await untilIndexed(provider.index, 'it says what the storage said', () => {
      const state = provider.index.get('snapshot', name)?.state;
      return state?.phase === 'pending' && state.message.includes('no more') ? state : undefined;
    });
    scene.ready(name);

    expect(told.message).toBe('The storage has no room for it. It says: “no more” The cluster tries again.');
    await untilPhase(provider.index, 'snapshot', name, 'ready');
    expect((await untilOver(provider.index, name)).state).toBe('succeeded');
  });

  it('has failed where trying again can’t help, says that it blocks its claim, and may still become ready', async () => {
    scene.idle = true;
    const provider = await scene.provider();
    const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);

    const metadata = { finalizers: ['snapshot.storage.kubernetes.io/pvc-as-source-protection'] };
    scene.server.store.patch({ kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: 'home' }, { metadata });
    scene.status('VolumeSnapshot', name, refused('Unimplemented'));
    const failed = await untilIndexed(provider.index, 'it failed and keeps its claim', () => {
      const snapshot = provider.index.get('snapshot', name);
      const keeps = snapshot?.state.phase === 'failed' && snapshot.state.problem.next.includes('can’t be deleted');
      return keeps ? snapshot : undefined;
    });
    expect((await untilOver(provider.index, name)).state).toBe('failed');
    scene.ready(name);

    expect(failed.state).toMatchObject({
      problem: {
        detail: 'The storage driver can’t make snapshots. It says: “no more”',
        next: 'It is still tried again by the cluster. Delete it if you don’t need it: as long as it is there, the claim home can’t be deleted.'
      }
    });
    await untilPhase(provider.index, 'snapshot', name, 'ready');
  });

  it('is made anew by a retry, and then the failed one goes', async () => {
    scene.idle = true;
    const provider = await scene.provider();
    const { name } = await provider.createSnapshot('home', { ...WANTED, note: 'why' }, NO_KEY);
    scene.status('VolumeSnapshot', name, refused('Unimplemented'));
    await untilPhase(provider.index, 'snapshot', name, 'failed');

    const again = await provider.retrySnapshot(name);
    scene.ready(again.name);

    expect(again).toMatchObject({ title: 'before', note: 'why' });
    await untilGone(provider.index, 'snapshot', name);
    await untilPhase(provider.index, 'snapshot', again.name, 'ready');
    expect(await refusal(provider.retrySnapshot(again.name))).toBe('not-supported');
  });
});

describe('cancelling', () => {
  it('deletes what is pending and says cancelled', async () => {
    scene.idle = true;
    const provider = await scene.provider();
    const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);
    const [operation] = provider.index.all('operation');

    await provider.cancelOperation(operation?.id ?? '');

    await untilGone(provider.index, 'snapshot', name);
    expect(scene.get('VolumeSnapshot', name)).toBeNull();
    expect((await untilOver(provider.index, name)).state).toBe('cancelled');
  });

  it('leaves alone what became ready before it was asked for', async () => {
    scene.idle = true;
    const provider = await scene.provider();
    const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);
    const id = provider.index.all('operation')[0]?.id ?? '';
    // The watch is cut, so that the provider still believes it pending.
    scene.server.fault({ watch: true }, { kind: 'hang' }, 100);
    scene.server.watches.reset();
    scene.ready(name);

    const cancelled = provider.cancelOperation(id);

    await expect(cancelled).rejects.toMatchObject({ problem: { status: 409 } });
    expect(scene.get('VolumeSnapshot', name)).not.toBeNull();
  });
});

describe('deleting', () => {
  it('is refused where somebody put a hold on it that this server has not seen yet', async () => {
    const provider = await scene.provider();
    const { name, uid } = await provider.createSnapshot('home', WANTED, NO_KEY);
    await untilPhase(provider.index, 'snapshot', name, 'ready');
    scene.server.fault({ watch: true }, { kind: 'hang' }, 100);
    scene.server.watches.reset();
    const metadata = { annotations: { 'datamark.github.io/held-until': 'forever' } };
    scene.server.store.patch({ kind: 'VolumeSnapshot', namespace: NAMESPACE, name }, { metadata });

    expect(await refusal(provider.deleteSnapshot(name, uid))).toBe('snapshot-held');
    expect(scene.get('VolumeSnapshot', name)).not.toBeNull();
  });

  it('takes a hold that nobody can read for one without end', async () => {
    const provider = await scene.provider();
    const { name } = scene.foreignSnapshot('odd', 'home').metadata;
    const metadata = { annotations: { 'datamark.github.io/held-until': 'next week' } };
    scene.server.store.patch({ kind: 'VolumeSnapshot', namespace: NAMESPACE, name }, { metadata });
    await untilIndexed(provider.index, 'held', () => provider.index.get('snapshot', name)?.heldUntil ?? undefined);

    expect((await provider.planSnapshotDelete(name)).blockers.map(({ kind }) => kind)).toEqual(['held']);
  });

  it('asks for force where runs are written down on it', async () => {
    const provider = await scene.provider();
    const { name } = scene.foreignSnapshot('used', 'home').metadata;
    const runs = [{ run: 'a1b2', relation: 'exact', state: 'written', at: '2026-01-02T03:04:05Z' }];
    // The title shows in the index, at the same moment.
    const note = { 'datamark.github.io/mlflow-run': JSON.stringify({ runs }), 'datamark.github.io/title': 'used' };
    const metadata = { annotations: note };
    scene.server.store.patch({ kind: 'VolumeSnapshot', namespace: NAMESPACE, name }, { metadata });
    await untilIndexed(provider.index, 'title', () => provider.index.get('snapshot', name)?.title ?? undefined);

    const plan = await new GuardedDeletion({ provider, lineage: null }).plan(name);

    expect(plan.force).toBe(true);
    expect(plan.warnings[0]).toContain('Written down on it: 1 run: a1b2.');
  });

  it('says that a class retains the storage’s copy', async () => {
    scene.server.store.patch({ kind: 'VolumeSnapshotClass', name: 'cow' }, { deletionPolicy: 'Retain' });
    const provider = await scene.provider();
    const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);
    await untilPhase(provider.index, 'snapshot', name, 'ready');

    const { allowed, warnings } = await provider.planSnapshotDelete(name);

    expect(allowed).toBe(true);
    expect(warnings).toEqual([
      `Its class retains the storage’s copy (content-of-${name}): only an admin can remove that.`
    ]);
  });
});

describe('snapshots made elsewhere', () => {
  it('show as they come and go, as of another tool', async () => {
    scene.foreignSnapshot('velero-1', 'home');
    scene.foreignSnapshot('not-ours', 'somebody');
    const provider = await scene.provider();

    scene.foreignSnapshot('by-hand', 'home');
    await untilIndexed(provider.index, 'by-hand', () => provider.index.get('snapshot', 'by-hand'));

    expect(provider.index.all('snapshot').map(({ name, origin }) => [name, origin])).toEqual([
      ['velero-1', 'other'],
      ['by-hand', 'other']
    ]);
    expect(provider.index.get('volume', 'home')?.snapshotCount).toBe(2);
    scene.server.store.delete({ kind: 'VolumeSnapshot', namespace: NAMESPACE, name: 'velero-1' });
    await untilGone(provider.index, 'snapshot', 'velero-1');
    expect(provider.index.all('operation')).toEqual([]);
  });

  it('are only counted where the namespace holds many, and found when somebody looks', async () => {
    for (let number = 0; number < 2_001; number += 1) {
      scene.foreignSnapshot(`nightly-${number}`, number === 1_234 ? 'home' : 'somebody');
    }
    const provider = await scene.provider();
    const volume = (): ReturnType<typeof provider.index.get<'volume'>> => provider.index.get('volume', 'home');
    expect(volume()?.elsewhere).toMatchObject({ state: 'not-looked', count: 2_001 });
    expect(provider.index.all('snapshot')).toEqual([]);

    await provider.lookElsewhere('home');
    await until(() => volume()?.elsewhere?.state === 'looked');

    expect(volume()?.elsewhere).toMatchObject({ found: 1 });
    expect(provider.index.all('snapshot').map(({ name }) => name)).toEqual(['nightly-1234']);
    const reference = { kind: 'VolumeSnapshot', namespace: NAMESPACE, name: 'nightly-1234' };
    scene.server.store.patch(reference, { metadata: { finalizers: ['a/b'] } });
    const { uid } = provider.index.get('snapshot', 'nightly-1234') ?? { uid: '' };
    const deleting = await provider.deleteSnapshot('nightly-1234', uid);
    expect(deleting.state.phase).toBe('deleting');
    scene.server.store.patch(reference, { metadata: { finalizers: [] } });
    await provider.refresh();
    expect(provider.index.all('snapshot')).toEqual([]);
  });
});
