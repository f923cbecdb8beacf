/** Restores on the API server stand-in, where the test plays the controller. */
import { refusal } from '../../contractSuite';
import { ApiRefusal } from '../../../testing/api/apiRefusal';
import { untilIndexed } from '../../../testing/untilIndexed';
import type { KubernetesProvider } from '../kubernetesProvider';
import { GROUP } from '../names';
import { ClusterScene, NAMESPACE } from '../testing/clusterScene';
import { COUNT_CHANGES } from '../volumeRestore';
import { samplePlan } from './testing/sampleVolumeRestore';
import type { Restore } from '../../../../../contract';

const POD = { name: 'jupyter-ann', uid: 'pod-1' };
const NO_KEY = { operationKey: null } as const;

let scene: ClusterScene;
let provider: KubernetesProvider;

beforeEach(async () => {
  scene = await ClusterScene.open({ claims: ['home', 'data'] });
  scene.server.pod = POD;
});

afterEach(async () => {
  await scene.end();
});

/** A ready snapshot of home, as the provider knows it. */
async function snapshot(): Promise<string> {
  provider = await scene.provider();
  scene.foreignSnapshot('nightly', 'home');
  await untilIndexed(provider.index, 'the snapshot', () => provider.index.get('snapshot', 'nightly'));
  return 'nightly';
}

const until = (id: string, what: string, find: (restore: Restore) => boolean): Promise<Restore> =>
  untilIndexed(provider.index, what, () => {
    const restore = provider.index.get('restore', id);
    return restore !== undefined && find(restore) ? restore : undefined;
  });

const ask = (name: string): Promise<Restore> => provider.planRestore(name, null, NO_KEY);

async function planned(status: object = {}): Promise<Restore> {
  const { id } = await ask(await snapshot());
  scene.status('VolumeRestore', id, { phase: 'Planned', plan: samplePlan(), ...status });
  return until(id, 'planned', ({ phase }) => phase === 'planned');
}

const specOf = (id: string): unknown => scene.get('VolumeRestore', id)?.['spec'];

it('asks for a restore in the name of the own pod, unapproved, and shows what the controller plans', async () => {
  const name = await snapshot();

  const asked = await provider.planRestore(name, 'home', NO_KEY);

  expect(asked).toMatchObject({ phase: 'planning', volume: 'home', snapshot: name, requestedBy: 'ann' });
  expect(specOf(asked.id)).toEqual({
    claimName: 'home',
    snapshotName: name,
    requester: { podName: POD.name, podUid: POD.uid },
    approved: false,
    cancel: false
  });
  expect(scene.get('VolumeRestore', asked.id)?.metadata.labels).toMatchObject({
    [`${GROUP}/volume-id`]: expect.any(String)
  });
  const [operation] = provider.index.all('operation');
  expect(operation).toMatchObject({ verb: 'restore', state: 'running', object: { name: asked.id } });
  scene.status('VolumeRestore', asked.id, { phase: 'Planned', plan: samplePlan() });
  const plan = await until(asked.id, 'planned', ({ phase }) => phase === 'planned');
  expect(plan.plan?.stopsServer).toBe(true);
  expect(provider.index.all('operation')).toEqual([]);
});

it('names no pod where the account is none’s', async () => {
  scene.server.pod = null;
  const { id } = await ask(await snapshot());

  expect(specOf(id)).not.toHaveProperty('requester');
});

it('asks for the way that is wanted', async () => {
  const name = await snapshot();

  const { id } = await provider.planRestore(name, null, NO_KEY, { strategy: 'files', paths: ['a/b.txt'] });

  expect(specOf(id)).toMatchObject({ strategy: 'files', paths: ['a/b.txt'] });
});

it('copies files back where all of the volume can’t be restored, and says of each why it can’t', async () => {
  const name = await snapshot();
  const volume = provider.index.get('volume', 'home');
  const off = { available: false, reason: 'Others may use it.', fix: 'Copy files back instead.' } as const;
  const can = (change: object): void => {
    if (volume !== undefined) {
      provider.index.upsert({ ...volume, can: { ...volume.can, ...change } });
    }
  };
  const files = { strategy: 'files', paths: ['a/b.txt'] } as const;

  can({ restore: off });
  expect(await refusal(ask(name))).toBe('not-supported');
  expect((await provider.planRestore(name, null, NO_KEY, files)).strategy).toBe('files');

  can({ files: { ...off, reason: 'The rest is others’.' } });
  await expect(provider.planRestore(name, null, NO_KEY, files)).rejects.toMatchObject({
    problem: { detail: 'Files of home can’t be copied back. The rest is others’.' }
  });
});

it('gives the same restore for the same key, also to another server', async () => {
  const name = await snapshot();
  const intent = { operationKey: '0123456789abcdef' };
  const first = await provider.planRestore(name, null, intent);

  const again = await provider.planRestore(name, null, intent);
  const other = await (await scene.provider()).planRestore(name, null, intent);

  expect([again.uid, other.uid]).toEqual([first.uid, first.uid]);
});

it('finds a restore whose answer was lost', async () => {
  const name = await snapshot();
  scene.server.fault({ method: 'POST', path: /volumerestores$/ }, { kind: 'reset after' });

  const { id } = await provider.planRestore(name, null, NO_KEY);

  expect(scene.get('VolumeRestore', id)).not.toBeNull();
});

it('refuses what can’t be restored, before anything is asked of the cluster', async () => {
  const name = await snapshot();
  scene.server.store.create({
    kind: 'VolumeSnapshot',
    metadata: { name: 'half', namespace: NAMESPACE },
    spec: { source: { persistentVolumeClaimName: 'home' } },
    status: { readyToUse: false }
  });
  await untilIndexed(provider.index, 'the other snapshot', () => provider.index.get('snapshot', 'half'));

  expect(await refusal(provider.planRestore('none', null, NO_KEY))).toBe('snapshot-not-found');
  expect(await refusal(provider.planRestore(name, 'data', NO_KEY))).toBe('not-supported');
  expect(await refusal(provider.planRestore('half', null, NO_KEY))).toBe('not-ready');
  const asked = scene.server.requests.filter(({ verb, path }) => verb === 'create' && path.endsWith('/volumerestores'));
  expect(asked.every(({ query }) => query.includes('dryRun=All'))).toBe(true);
});

it('says that the cluster’s definition is older where it does not know what is sent', async () => {
  const name = await snapshot();
  scene.server.admissions.push((_, { kind }) => {
    if (kind === 'VolumeRestore') {
      throw new ApiRefusal(400, 'BadRequest', 'strict decoding error: unknown field "spec.paths"');
    }
  });

  await expect(provider.planRestore(name, null, NO_KEY, { strategy: 'files', paths: ['a'] })).rejects.toMatchObject({
    problem: { detail: expect.stringContaining('is older than this Datamark') }
  });
});

describe('without VolumeRestores in the cluster', () => {
  it('says so, follows none, and offers the clone', async () => {
    scene.server.missingGroups.add(GROUP);
    const name = await snapshot();

    expect(provider.capabilities().restore).toMatchObject({
      available: false,
      fix: expect.stringMatching(/clone the snapshot/i)
    });
    expect(await refusal(provider.planRestore(name, null, NO_KEY))).toBe('not-supported');
    expect(provider.freshness()).toEqual({ current: true });
    expect(scene.server.requests.filter(({ path }) => path.includes('volumerestores'))).toEqual([]);
  });

  it('follows them once they are installed', async () => {
    scene.server.missingGroups.add(GROUP);
    const name = await snapshot();
    scene.server.missingGroups.delete(GROUP);

    await provider.check();
    await untilIndexed(provider.index, 'restore is possible', () =>
      provider.index.get('volume', 'home')?.can.restore.available === true ? true : undefined
    );
    const { id } = await provider.planRestore(name, null, NO_KEY);
    scene.status('VolumeRestore', id, { phase: 'Planning' });

    await until(id, 'planning', ({ message }) => message === 'Looking at what stands in the way');
  });
});

describe('approving', () => {
  it('writes it once, of the life that was looked at', async () => {
    const { id, uid } = await planned();
    expect(await refusal(provider.approveRestore(id, 'another'))).toBe('object-changed');

    await provider.approveRestore(id, uid);
    const before = scene.server.requests.length;
    await provider.approveRestore(id, uid);

    expect(specOf(id)).toMatchObject({ approved: true });
    expect(scene.server.requests.slice(before).map(({ verb }) => verb)).toEqual(['get']);
  });

  it('is refused while there is no plan, when it is too old, and when something is in the way', async () => {
    const { id, uid } = await ask(await snapshot());
    expect(await refusal(provider.approveRestore(id, uid))).toBe('not-ready');

    scene.status('VolumeRestore', id, { phase: 'Planned', plan: samplePlan({ validUntil: '2026-01-01T00:00:00Z' }) });
    expect(await refusal(provider.approveRestore(id, uid))).toBe('plan-expired');

    const blockers = [{ kind: 'pod', object: 'jupyter-bob', message: 'It mounts home.', fix: 'Stop it.' }];
    scene.status('VolumeRestore', id, { plan: samplePlan({ blockers }) });
    await expect(provider.approveRestore(id, uid)).rejects.toMatchObject({
      problem: { detail: 'home can’t be restored yet: It mounts home.', next: 'Stop it.', blockers: [{ kind: 'pod' }] }
    });

    scene.status('VolumeRestore', id, { phase: 'Cancelled' });
    expect(await refusal(provider.approveRestore(id, uid))).toBe('plan-expired');
    expect(specOf(id)).toMatchObject({ approved: false });
  });

  it('rests on the cluster as it is, not on what was seen', async () => {
    const { id, uid } = await planned();
    scene.server.store.delete({ kind: 'VolumeRestore', namespace: NAMESPACE, name: id }, {});

    expect(await refusal(provider.approveRestore(id, uid))).toBe('restore-not-found');
  });
});

describe('cancelling', () => {
  it('asks the controller, once, and until data is changed', async () => {
    const { id, uid } = await planned();
    await provider.approveRestore(id, uid);
    scene.status('VolumeRestore', id, { phase: 'WaitingForRelease' });
    await until(id, 'waiting', ({ phase }) => phase === 'waiting');
    const [operation] = provider.index.all('operation');

    const answer = await provider.cancelOperation(operation?.id ?? '');

    expect(answer.state).toBe('cancelling');
    expect(specOf(id)).toMatchObject({ cancel: true });
    scene.status('VolumeRestore', id, { phase: 'Restoring' });
    expect(await refusal(provider.cancelOperation(operation?.id ?? ''))).toBe('not-cancellable');
  });

  it('also ends a plan that nobody approved', async () => {
    const { id, uid } = await planned();

    await provider.cancelOperation(`restore-${uid}`);

    expect(specOf(id)).toMatchObject({ cancel: true });
    expect(await refusal(provider.approveRestore(id, uid))).toBe('plan-expired');
  });
});

describe('undo', () => {
  it('asks for the way back, and not twice for what is undone', async () => {
    const { id } = await planned({ phase: 'Planned' });
    const undo = { possible: true, until: '2999-01-01T00:00:00Z', volume: 'pv-1' };
    scene.status('VolumeRestore', id, { phase: 'Succeeded', finishedAt: '2026-11-22T19:03:00Z', undo });
    await until(id, 'undoable', one => one.undo.possible);

    const back = await provider.undoRestore(id, NO_KEY);

    expect(back).toMatchObject({ undoOf: id, snapshotLabel: 'before the restore to nightly' });
    expect(specOf(back.id)).toMatchObject({ claimName: 'home', undoOf: id });
    expect(specOf(back.id)).not.toHaveProperty('snapshotName');
    scene.status('VolumeRestore', id, { undo: { ...undo, undoneBy: back.id } });
    expect(await refusal(provider.undoRestore(id, NO_KEY))).toBe('nothing-to-undo');
  });
});

it('an undo is offered no longer when the snapshot that it needs is deleted', async () => {
  const { id } = await planned({ phase: 'Planned' });
  const safety = scene.foreignSnapshot('home.safety', 'home');
  await untilIndexed(provider.index, 'the safety snapshot', () => provider.index.get('snapshot', 'home.safety'));
  scene.status('VolumeRestore', id, {
    phase: 'Succeeded',
    strategy: 'copy',
    safetySnapshot: { name: 'home.safety', uid: safety.metadata.uid },
    undo: { possible: true, snapshot: 'home.safety' }
  });
  await until(id, 'undoable', one => one.undo.possible);

  scene.server.store.delete({ kind: 'VolumeSnapshot', namespace: NAMESPACE, name: 'home.safety' });

  const { undo } = await until(id, 'not undoable', one => !one.undo.possible);
  expect(undo).toMatchObject({ reason: 'Its safety snapshot home.safety was deleted.' });
  expect(await refusal(provider.undoRestore(id, NO_KEY))).toBe('nothing-to-undo');
});

it('a definition that is too old to be approved or cancelled by says so, and drops nothing in silence', async () => {
  const { id, uid } = await planned();
  scene.server.admissions.push((operation, { kind }) => {
    if (kind === 'VolumeRestore' && operation === 'UPDATE') {
      throw new ApiRefusal(400, 'BadRequest', 'strict decoding error: unknown field "spec.approved"');
    }
  });

  await expect(provider.approveRestore(id, uid)).rejects.toMatchObject({
    problem: { detail: expect.stringContaining('is older than this Datamark') }
  });
  const patches = scene.server.requests.filter(({ verb, path }) => verb === 'patch' && path.endsWith(id));
  expect(patches.map(({ query }) => query)).toEqual([expect.stringContaining('fieldValidation=Strict')]);
});

describe('counting changes', () => {
  it('is asked of the controller by an annotation', async () => {
    const { id } = await planned({ plan: samplePlan({ countable: true }) });

    const counting = await provider.countChanges(id);

    expect(counting.plan?.countable).toBe(false);
    expect(scene.get('VolumeRestore', id)?.metadata.annotations).toHaveProperty([COUNT_CHANGES]);
  });

  it('is refused where the plan does not offer it', async () => {
    const { id } = await planned();

    expect(await refusal(provider.countChanges(id))).toBe('not-supported');
  });
});

it('shows only restores of the own claims, whatever their labels say', async () => {
  await snapshot();
  const volumeId = scene.get('PersistentVolumeClaim', 'home')?.metadata.uid ?? '';
  const labels = { [`${GROUP}/volume-id`]: volumeId };
  const forged = { claimName: 'claim-bob', snapshotName: 's' };
  scene.server.store.create({
    kind: 'VolumeRestore',
    metadata: { name: 'forged', namespace: NAMESPACE, labels },
    spec: forged
  });
  scene.server.store.create({
    kind: 'VolumeRestore',
    metadata: { name: 'own', namespace: NAMESPACE, labels },
    spec: { ...forged, claimName: 'home' }
  });

  await untilIndexed(provider.index, 'the own one', () => provider.index.get('restore', 'own'));

  expect(provider.index.all('restore').map(({ id }) => id)).toEqual(['own']);
});

it.each([
  ['no claim', { claimName: null, snapshotName: 'nightly' }, 0],
  ['a strategy of a later version', { claimName: 'home', snapshotName: 'nightly', strategy: 'teleport' }, 1],
  ['nothing at all', undefined, 0]
])('one with %s does not hide the others', async (_, spec, shown) => {
  const name = await snapshot();
  const volumeId = scene.get('PersistentVolumeClaim', 'home')?.metadata.uid ?? '';
  const metadata = { name: 'odd', namespace: NAMESPACE, labels: { [`${GROUP}/volume-id`]: volumeId } };
  scene.server.store.create({ kind: 'VolumeRestore', metadata, ...(spec === undefined ? {} : { spec }) });
  const { id } = await ask(name);
  scene.status('VolumeRestore', id, { phase: 'Planned', plan: samplePlan() });
  await until(id, 'planned', ({ phase }) => phase === 'planned');
  expect(provider.index.all('restore').filter(restore => restore.id === 'odd')).toHaveLength(shown);
});

it('one whose status can’t be read does not hide the others', async () => {
  const { id } = await ask(await snapshot());
  scene.status('VolumeRestore', id, { phase: 'Pondering' });

  const restore = await until(id, 'unreadable', ({ phase }) => phase === 'failed');

  expect(restore.problem?.detail).toContain('can’t be read');
  expect(provider.freshness()).toEqual({ current: true });
});
