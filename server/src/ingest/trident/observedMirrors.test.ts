import type { Mirror, Problem } from '../../../../contract';
import { ProblemError } from '../../problemError';
import type { KubernetesServices } from '../../providers/kubernetes/services';
import { ClusterScene, NAMESPACE } from '../../providers/kubernetes/testing/clusterScene';
import type { ApiObject } from '../../testing/api/objectStore';
import { until } from '../../testing/until';
import type { MirrorSourceTrident } from './mirrorSourceTrident';
import { ObservedMirrors } from './observedMirrors';

const TMR = 'TridentMirrorRelationship';
const TAMU = 'TridentActionMirrorUpdate';
const SINCE = '2026-11-23T08:00:00Z';

// A loaded machine takes seconds for a scene.
jest.setTimeout(30_000);

let scene: ClusterScene;
let source: MirrorSourceTrident;

beforeEach(async () => {
  scene = await ClusterScene.open({ claims: ['home', 'sales'] });
  source = (await (await scene.provider()).openMirrors?.()) as MirrorSourceTrident;
});

afterEach(async () => {
  await source.stop();
  await scene.end();
});

interface Relationship {
  readonly claim?: string;
  readonly spec?: object;
  /** null: no status at all. */
  readonly told?: object | null;
}

function relationship(name: string, { claim = 'sales', spec = {}, told = {} }: Relationship = {}): ApiObject {
  const condition = {
    state: 'established',
    message: '',
    lastTransitionTime: SINCE,
    observedGeneration: 1,
    localPVCName: claim,
    localVolumeHandle: 'lab:trident_sales',
    remoteVolumeHandle: 'prod:sales',
    replicationPolicy: 'MirrorAllSnapshots',
    replicationSchedule: 'hourly',
    ...told
  };
  return scene.server.store.create({
    kind: TMR,
    metadata: { name, namespace: NAMESPACE },
    spec: {
      state: 'established',
      volumeMappings: [{ localPVCName: claim, remoteVolumeHandle: 'prod:sales' }],
      ...spec
    },
    ...(told === null ? {} : { status: { conditions: [condition] } })
  });
}

function updateObject(name: string, status: object, more: object = {}): ApiObject {
  return scene.server.store.create({
    kind: TAMU,
    metadata: { name, namespace: NAMESPACE, ...more },
    spec: { tridentMirrorRelationshipName: 'sales' },
    status
  });
}

const list = async (): Promise<Mirror[]> => (await source.list()).mirrors.map(({ mirror }) => mirror);

async function only(): Promise<Mirror> {
  const mirrors = await list();
  expect(mirrors).toHaveLength(1);
  return mirrors[0] as Mirror;
}

/** Why it was refused; fails the test where it was not. */
const refusal = (asked: Promise<unknown>): Promise<Problem> =>
  asked.then(
    () => {
      throw new Error('It was not refused.');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(ProblemError);
      return (error as ProblemError).problem;
    }
  );

const updates = (): ApiObject[] => scene.server.store.listAll(TAMU, NAMESPACE);
const intent = (operationKey: string | null = null): { operationKey: string | null } => ({ operationKey });
const asked = (verb: string, resource: string): number =>
  scene.server.requests.filter(request => request.verb === verb && request.path.endsWith(resource)).length;

describe('what is told', () => {
  test('an established mirror is as told by Trident, and what Trident does not tell stays unknown', async () => {
    relationship('sales');
    const mirror = await only();
    expect(mirror).toMatchObject({
      id: 'sales',
      volume: 'sales',
      from: 'prod:sales',
      to: 'lab:trident_sales',
      state: 'mirrored',
      stateAsTold: 'established',
      toldBy: 'trident',
      toldAt: '2026-11-23T08:00:00.000Z',
      hint: 'Trident tells “established” since 2026-11-23 08:00 UTC; it does not look again.',
      health: { state: 'unknown' },
      data: { known: false },
      policy: { name: 'MirrorAllSnapshots', type: null },
      schedule: { name: 'hourly', everySeconds: null, nextAt: null },
      can: { update: { available: true }, promote: { available: true }, resync: { available: false } }
    });
    expect((await source.list()).source).toMatchObject({ state: 'answers' });
  });

  test('promoted is said to be told also when ONTAP did not answer', async () => {
    relationship('sales', { spec: { state: 'promoted' }, told: { state: 'promoted' } });
    const mirror = await only();
    expect(mirror.state).toBe('promoted');
    expect(mirror.hint).toContain('also when ONTAP did not answer');
    expect(mirror.can).toMatchObject({ update: { available: false }, resync: { available: true } });
  });

  test('a failed mirror is unhealthy with Trident’s reason', async () => {
    relationship('sales', { told: { state: 'failed', message: 'Could not establish mirror' } });
    expect((await only()).health).toEqual({
      state: 'unhealthy',
      reasons: [{ message: 'Could not establish mirror', code: null }]
    });
  });

  test('without a status nothing is reconciled, and with a new word the state is unknown', async () => {
    relationship('sales', { told: null });
    relationship('second', { told: { state: 'quiesced' } });
    const [first, second] = await list();
    expect(first).toMatchObject({ id: 'sales', state: 'not-reconciled', stateAsTold: null, toldAt: null, to: null });
    expect(second).toMatchObject({ state: 'unknown', stateAsTold: 'quiesced', can: { update: { available: false } } });
    expect(second?.hint).toContain('“quiesced”');
  });

  test('an object that is off hides no other', async () => {
    relationship('odd', { spec: { volumeMappings: 'none' }, told: { state: 7 } });
    relationship('sales');
    expect((await list()).map(({ id }) => id)).toEqual(['sales']);
  });

  test('what is asked for and does not show yet is told', async () => {
    relationship('sales', { spec: { state: 'promoted' } });
    const mirror = await only();
    expect(mirror.hint).toContain('“promoted” is asked for; Trident does not show it yet.');
    expect(mirror.can.promote).toMatchObject({ available: false, reason: 'It is asked for already.' });
  });

  test('what Trident waits for is told', async () => {
    const told = { state: 'promoting', message: 'Waiting for snapshot pvc-1/snap-1' };
    relationship('sales', { spec: { state: 'promoted' }, told });
    expect((await only()).hint).toContain('“Waiting for snapshot pvc-1/snap-1”');
  });

  test('mirrors of claims that this server does not mount are left out', async () => {
    relationship('bob', { claim: 'bob' });
    expect(await list()).toEqual([]);
  });

  test('a synchronous mirror needs no update', async () => {
    relationship('sales', { told: { replicationPolicy: 'Sync' } });
    expect((await only()).can.update).toMatchObject({ available: false });
  });
});

describe('how it is followed', () => {
  test('nothing is asked before somebody looks, and a change then shows by itself', async () => {
    relationship('sales');
    expect(asked('list', 'tridentmirrorrelationships')).toBe(0);
    await list();
    const told = jest.fn();
    source.follow(told);
    scene.status(TMR, 'sales', { conditions: [{ state: 'failed', message: 'Could not promote mirror' }] });
    await until(() => source.current().mirrors[0]?.mirror.state === 'failed', 2_000);
    expect(told).toHaveBeenCalled();
    scene.server.store.delete({ kind: TMR, namespace: NAMESPACE, name: 'sales' });
    await until(() => source.current().mirrors.length === 0, 2_000);
    expect(asked('list', 'tridentmirrorrelationships')).toBe(1);
  });

  test('it ends when nobody looks any more, and what was told stays with its time', async () => {
    const services = Reflect.get(await scene.provider(), 'services') as KubernetesServices;
    const shortly = new ObservedMirrors({ services, idleMs: { followed: 500, alone: 500 } });
    relationship('sales');
    await shortly.list();
    await until(() => asked('watch', 'tridentmirrorrelationships') === 1);
    const open = scene.server.watches.count;
    await until(() => scene.server.watches.count < open);
    scene.status(TMR, 'sales', { conditions: [{ state: 'failed' }] });
    const { mirrors, source: told } = shortly.current();
    expect(mirrors[0]?.mirror.state).toBe('mirrored');
    expect(told.state).toBe('answers');
    expect((await shortly.list()).mirrors[0]?.mirror.state).toBe('failed');
    await shortly.stop();
  });

  test('where the account may not watch, each look lists', async () => {
    scene.server.rules = [
      { verbs: ['get', 'list'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['create'], apiGroups: ['authorization.k8s.io', 'authentication.k8s.io'], resources: ['*'] }
    ];
    const blind = (await (await scene.provider()).openMirrors?.()) as MirrorSourceTrident;
    relationship('sales');
    expect((await blind.list()).mirrors).toHaveLength(1);
    relationship('second');
    expect((await blind.list()).mirrors).toHaveLength(2);
    expect(blind.current().mirrors[0]?.mirror.can).toMatchObject({
      update: { available: false, fix: expect.stringContaining('create on tridentactionmirrorupdates') as unknown },
      promote: { available: false, fix: expect.stringContaining('patch on tridentmirrorrelationships') as unknown }
    });
    await blind.stop();
  });

  test('rights that no review has told are asked for one by one', async () => {
    scene.server.rules = [
      { verbs: ['*'], apiGroups: ['', 'snapshot.storage.k8s.io', 'authentication.k8s.io'], resources: ['*'] },
      { verbs: ['get', 'list', 'watch', 'create'], apiGroups: ['trident.netapp.io'], resources: ['*'] }
    ];
    scene.server.fault({ path: /selfsubjectrulesreviews/ }, { kind: 'status', status: 500 }, 100);
    const unsure = (await (await scene.provider()).openMirrors?.()) as MirrorSourceTrident;
    relationship('sales');
    const { mirrors } = await unsure.list();
    expect(mirrors[0]?.mirror.can).toMatchObject({ update: { available: true }, promote: { available: false } });
    await unsure.stop();
  });

  test('a cluster without Trident has no mirrors, which is nothing wrong', async () => {
    scene.server.missingGroups.add('trident.netapp.io');
    expect(await source.list()).toMatchObject({ mirrors: [], source: { state: 'absent' } });
    const before = scene.server.requests.length;
    await source.list();
    expect(scene.server.requests.slice(before).filter(({ path }) => path.includes('trident'))).toEqual([]);
  });

  test('where reading is refused, it says what to grant', async () => {
    scene.server.rules = [{ verbs: ['*'], apiGroups: ['', 'snapshot.storage.k8s.io'], resources: ['*'] }];
    const { mirrors, source: told } = await source.list();
    expect(mirrors).toEqual([]);
    expect(told).toMatchObject({ state: 'refuses', asOf: null, problem: { status: 403 } });
    expect(JSON.stringify(told)).toContain('get, list and watch on tridentmirrorrelationships of trident.netapp.io');
  });
});

describe('updates', () => {
  test('one is asked for with an object of its own, and its end shows', async () => {
    relationship('sales');
    const mirror = await source.update('sales', intent('0123456789abcdef'));
    expect(mirror.update).toMatchObject({ state: 'queued', alreadyRunning: false, cancel: { available: true } });
    const [made] = updates();
    expect(made?.metadata.labels).toMatchObject({
      'app.kubernetes.io/managed-by': 'datamark',
      'datamark.github.io/operation': '0123456789abcdef'
    });
    expect(made?.['spec']).toEqual({ tridentMirrorRelationshipName: 'sales' });

    scene.status(TAMU, made?.metadata.name ?? '', { state: 'In Progress' });
    await until(() => source.current().mirrors[0]?.mirror.update?.state === 'running');
    expect(source.current().mirrors[0]?.mirror.update?.cancel).toMatchObject({ available: false });
    const reason = 'mirror update failed, Transfer failed. (Destination volume is full.)';
    scene.status(TAMU, made?.metadata.name ?? '', { state: 'Failed', message: reason, completionTime: SINCE });
    await until(() => source.current().mirrors[0]?.mirror.update?.state === 'failed');
    expect(source.current().mirrors[0]?.mirror.update).toMatchObject({
      endedAt: '2026-11-23T08:00:00.000Z',
      reasons: [{ message: reason, code: null }]
    });
  });

  test('the same key asks once', async () => {
    relationship('sales');
    const [first, second] = await Promise.all([
      source.update('sales', intent('k1')),
      source.update('sales', intent('k1'))
    ]);
    const third = await source.update('sales', intent('k1'));
    expect(updates()).toHaveLength(1);
    expect([second.update?.id, third.update?.id]).toEqual([first.update?.id, first.update?.id]);
  });

  test('of two that are asked for at the same time, the second is told the first', async () => {
    relationship('sales');
    const asked = await Promise.all([source.update('sales', intent('k1')), source.update('sales', intent('k2'))]);
    expect(updates()).toHaveLength(1);
    expect(asked.map(({ update }) => update?.alreadyRunning)).toEqual([false, true]);
  });

  test('where one runs already, whoever began it, that one is told', async () => {
    relationship('sales');
    updateObject('by-kubectl', { state: 'In progress' });
    const { update } = await source.update('sales', intent());
    expect(update).toMatchObject({ id: 'by-kubectl', alreadyRunning: true, cancel: { available: false } });
    expect(updates()).toHaveLength(1);
    expect(source.current().mirrors[0]?.mirror.update).toEqual(update);
  });

  test('of the own ones that are over the last stays; others’ are left alone', async () => {
    relationship('sales');
    const labels = { 'app.kubernetes.io/managed-by': 'datamark' };
    const over = { state: 'Succeeded', completionTime: SINCE };
    ['a', 'b', 'c'].forEach((name, index) =>
      updateObject(name, over, { labels, creationTimestamp: `2026-11-23T0${index}:00:00Z` })
    );
    updateObject('by-kubectl', over, { creationTimestamp: '2026-11-22T00:00:00Z' });
    updateObject('of-bob', over, { labels: { ...labels, 'datamark.github.io/owner': 'bob' } });
    const { update } = await source.update('sales', intent());
    expect(updates().map(({ metadata }) => metadata.name)).toEqual(['by-kubectl', 'c', 'of-bob', update?.id].sort());
  });

  test('a state that is new is told as it is', async () => {
    relationship('sales');
    updateObject('odd', { state: 'Paused' });
    expect((await only()).update).toMatchObject({
      state: 'running',
      reasons: [{ message: 'Trident tells the state “Paused”, which Datamark does not know.' }]
    });
  });

  test('one that Trident has not begun is taken back', async () => {
    relationship('sales');
    await source.update('sales', intent());
    const { update } = await source.cancel('sales');
    expect(update).toMatchObject({ state: 'cancelled', cancel: { available: false } });
    expect(updates()).toEqual([]);
    expect((await only()).update).toEqual(update);
    await source.update('sales', intent());
    expect((await only()).update?.state).toBe('queued');
  });

  test('one that runs is not ended, and the reason is told', async () => {
    relationship('sales');
    const { update } = await source.update('sales', intent());
    // Not told by the watch yet when it is to be cancelled.
    scene.status(TAMU, update?.id ?? '', { state: 'In progress' });
    const problem = await refusal(source.cancel('sales'));
    expect(problem).toMatchObject({ status: 409 });
    expect(problem.detail).toContain('Trident can’t end a transfer that it has begun.');
    expect(updates()).toHaveLength(1);
  });

  test('one that Trident begins while it is being taken back goes on', async () => {
    relationship('sales');
    await source.update('sales', intent());
    scene.server.admissions.push((operation, { kind, metadata }) => {
      if (operation === 'DELETE' && kind === TAMU) {
        scene.status(TAMU, metadata.name, { state: 'In progress' });
      }
    });
    expect(await refusal(source.cancel('sales'))).toMatchObject({ status: 409 });
    expect(updates()).toHaveLength(1);
  });

  test('an update of a promoted mirror, and of one that is gone, is refused', async () => {
    relationship('sales', { spec: { state: 'promoted' }, told: { state: 'promoted' } });
    expect(await refusal(source.update('sales', intent()))).toMatchObject({ status: 409 });
    expect(await refusal(source.update('gone', intent()))).toMatchObject({ status: 404 });
    expect(updates()).toEqual([]);
  });
});

describe('promotion and resync', () => {
  const seen = (mirror: Mirror): { id: string; uid: string; stateAsTold: string | null } => mirror;
  const spec = (): unknown => scene.get(TMR, 'sales')?.['spec'];

  test('promotion asks for the state, once the mirror is as it was seen', async () => {
    relationship('sales');
    const mirror = await source.promote(seen(await only()));
    expect(spec()).toMatchObject({ state: 'promoted' });
    expect(mirror.hint).toContain('“promoted” is asked for');
  });

  test('a mirror that changed since it was seen is left as it is', async () => {
    relationship('sales');
    const before = await only();
    scene.status(TMR, 'sales', { conditions: [{ state: 'reestablished', localVolumeHandle: 'lab:trident_sales' }] });
    expect(await refusal(source.promote(seen(before)))).toMatchObject({ status: 409 });
    expect(await refusal(source.promote({ ...before, uid: 'another' }))).toMatchObject({ status: 409 });
    expect(spec()).toMatchObject({ state: 'established' });
  });

  test('resync drops the snapshot of the promotion, which Trident would refuse, and keeps the rest', async () => {
    const mapping = {
      localPVCName: 'sales',
      remoteVolumeHandle: 'prod:sales',
      promotedSnapshotHandle: 'pvc-1/snap-1',
      later: 'kept'
    };
    relationship('sales', { spec: { state: 'promoted', volumeMappings: [mapping] }, told: { state: 'promoted' } });
    await source.resync(seen(await only()));
    expect(spec()).toEqual({
      state: 'reestablished',
      volumeMappings: [{ localPVCName: 'sales', remoteVolumeHandle: 'prod:sales', later: 'kept' }]
    });
  });

  test('one that was deleted meanwhile is not found', async () => {
    relationship('sales');
    const before = await only();
    scene.server.store.delete({ kind: TMR, namespace: NAMESPACE, name: 'sales' });
    expect(await refusal(source.promote(seen(before)))).toMatchObject({ status: 404 });
  });
});
