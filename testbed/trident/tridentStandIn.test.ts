// The stand-in of Trident against what is known of Trident: its states, its messages, and its peculiarities.
import { ApiServer } from '../../server/src/testing/apiServer';
import type { ApiObject } from '../../server/src/testing/api/objectStore';
import { testApi } from '../../server/src/testing/testApi';
import { until } from '../../server/src/testing/until';
import { at } from '../support/kubernetesObject';
import { MemoryMirrorStorage } from './memoryMirrorStorage';
import { tridentDefinitions } from './tridentDefinitions';
import { TridentStandIn } from './tridentStandIn';

const NAMESPACE = 'hub';
const TMR = 'TridentMirrorRelationship';
const TAMU = 'TridentActionMirrorUpdate';
const HERE = 'lab:trident_sales';

jest.setTimeout(60_000);

let server: ApiServer;
let storage: MemoryMirrorStorage;
let trident: TridentStandIn;

function standIn(): TridentStandIn {
  return new TridentStandIn({ api: testApi({ url: server.url, namespace: NAMESPACE }), storage, everyMs: 5 });
}

beforeEach(async () => {
  server = await ApiServer.start();
  storage = new MemoryMirrorStorage();
  trident = standIn();
  await trident.start();
});

afterEach(async () => {
  await trident.stop();
  expect(trident.troubles).toEqual([]);
  await server.stop();
});

function relationship(spec: object): ApiObject {
  const metadata = { name: 'sales', namespace: NAMESPACE };
  return server.store.create({ kind: TMR, metadata, spec });
}

const established = (change: object = {}, mapping: object = {}): ApiObject =>
  relationship({
    state: 'established',
    replicationPolicy: 'MirrorAllSnapshots',
    replicationSchedule: 'hourly',
    volumeMappings: [{ localPVCName: 'sales', remoteVolumeHandle: 'prod:sales', ...mapping }],
    ...change
  });

const action = (name: string, spec: object = {}): ApiObject =>
  server.store.create({
    kind: TAMU,
    metadata: { name, namespace: NAMESPACE },
    spec: { tridentMirrorRelationshipName: 'sales', ...spec }
  });

const find = (kind: string, name: string): ApiObject | null => server.store.find({ kind, namespace: NAMESPACE, name });
const condition = (): unknown => at(find(TMR, 'sales'), 'status', 'conditions', 0);

/** As a person edits the spec: its generation grows. */
function edit(spec: object): void {
  const generation = (find(TMR, 'sales')?.metadata.generation ?? 0) + 1;
  server.store.patch({ kind: TMR, namespace: NAMESPACE, name: 'sales' }, { metadata: { generation }, spec });
}

const untilState = (state: string): Promise<void> => until(() => at(condition(), 'state') === state);
const untilAction = (name: string, state: string): Promise<void> =>
  until(() => at(find(TAMU, name), 'status', 'state') === state);

async function settled(): Promise<void> {
  established();
  await untilState('establishing');
  storage.end(HERE);
  await untilState('established');
}

test('the definitions are those of the three kinds, and only actions have no status of their own', () => {
  const told = tridentDefinitions().map(one => [
    at(one, 'spec', 'names', 'kind'),
    at(one, 'spec', 'versions', 0, 'subresources') !== undefined
  ]);
  expect(told).toEqual([
    ['TridentMirrorRelationship', true],
    ['TridentActionMirrorUpdate', false],
    ['TridentSnapshotInfo', true]
  ]);
});

describe('relationships', () => {
  test('one is established when its first transfer has ended, and not looked at again', async () => {
    await settled();
    expect(condition()).toMatchObject({
      localVolumeHandle: HERE,
      remoteVolumeHandle: 'prod:sales',
      replicationPolicy: 'MirrorAllSnapshots',
      replicationSchedule: 'hourly',
      observedGeneration: 1
    });
    storage.end(HERE, { state: 'broken_off', healthy: false });
    edit({ replicationSchedule: 'hourly' });
    await until(() => at(condition(), 'observedGeneration') === 2);
    expect(at(condition(), 'state')).toBe('established');
    const told = server.store.listAll('Event', NAMESPACE).map(event => [event['reason'], event['message']]);
    expect(told).toContainEqual(['established', 'Desired state reached']);
  });

  test('promotion ends the relationship; resync makes it again', async () => {
    await settled();
    edit({ state: 'promoted' });
    await untilState('promoted');
    expect(storage.relationships.size).toBe(0);
    edit({ state: 'reestablished' });
    await untilState('reestablishing');
    storage.end(HERE);
    await untilState('reestablished');
    expect(storage.calls).toEqual([
      `establish prod:sales ${HERE}`,
      `promote ${HERE}`,
      `reestablish prod:sales ${HERE}`
    ]);
  });

  test('promotion waits for its snapshot', async () => {
    await settled();
    const mapping = { localPVCName: 'sales', remoteVolumeHandle: 'prod:sales', promotedSnapshotHandle: 'pvc-1/snap-1' };
    edit({ state: 'promoted', volumeMappings: [mapping] });
    await until(() => at(condition(), 'message') === 'Waiting for snapshot pvc-1/snap-1');
    expect(at(condition(), 'state')).toBe('promoting');
    storage.arrived.add('snap-1');
    await untilState('promoted');
  });

  test('an error of the storage is told as promoted', async () => {
    storage.trouble = new Error('503');
    established();
    await untilState('promoted');
  });

  test('a state that Trident has no word for is told as none', async () => {
    established();
    await untilState('establishing');
    storage.end(HERE, { state: 'paused' });
    await untilState('');
  });

  test('an operation that fails waits for an edit of the spec', async () => {
    const establish = storage.establish.bind(storage);
    storage.establish = () => Promise.reject(new Error('no'));
    established();
    await untilState('failed');
    expect(at(condition(), 'message')).toBe('Could not establish mirror');
    storage.establish = establish;
    edit({ replicationSchedule: 'daily' });
    await untilState('establishing');
  });

  test('a claim that is not bound is told nothing of', async () => {
    storage.unbound.add('sales');
    established();
    await trident.settled();
    expect(condition()).toBeUndefined();
    storage.unbound.clear();
    await untilState('establishing');
  });

  test.each([
    ['no mapping', { state: 'established' }, '.spec.volumeMappings must be set'],
    ['two mappings', { volumeMappings: [{}, {}] }, '.spec.volumeMappings must contain exactly one element in the list'],
    ['no claim', { volumeMappings: [{}] }, '.spec.volumeMappings must specify a localPVCName'],
    [
      'a state that there is not',
      { state: 'broken', volumeMappings: [{ localPVCName: 'sales' }] },
      '.spec.state must be one of established, reestablished, promoted'
    ],
    [
      'no source',
      { state: 'established', volumeMappings: [{ localPVCName: 'sales' }] },
      'A remoteVolumeHandle must be provided if .spec.state is established or reestablished'
    ],
    [
      'a snapshot without promotion',
      { state: 'established', volumeMappings: [{ localPVCName: 'sales', promotedSnapshotHandle: 'a/b' }] },
      ".spec.state must be set to 'promoted' when providing a 'promotedSnapshotHandle'"
    ]
  ])('a spec with %s is invalid', async (_, spec, message) => {
    relationship(spec);
    await untilState('invalid');
    expect(at(condition(), 'message')).toBe(message);
  });

  test('a backend that can’t mirror makes it invalid', async () => {
    storage.unsupported.add('sales');
    established();
    await untilState('invalid');
    expect(at(condition(), 'message')).toBe("localPVC's backend does not support mirroring");
  });

  test('a policy that is changed makes it fail', async () => {
    await settled();
    edit({ replicationPolicy: 'Sync' });
    await untilState('failed');
    expect(at(condition(), 'message')).toBe('replication policy may not be changed from MirrorAllSnapshots');
  });

  test('a deleted one is promoted, released and then gone', async () => {
    await settled();
    server.store.delete({ kind: TMR, namespace: NAMESPACE, name: 'sales' });
    await until(() => find(TMR, 'sales') === null);
    expect(storage.calls.slice(-2)).toEqual([`promote ${HERE}`, `release ${HERE}`]);
  });
});

describe('updates', () => {
  test('one runs until its transfer ends, and keeps its object', async () => {
    await settled();
    action('now');
    await until(() => storage.calls.includes(`update ${HERE}`));
    await untilAction('now', 'In progress');
    expect(find(TAMU, 'now')?.metadata.finalizers).toEqual(['trident.netapp.io']);
    storage.end(HERE);
    await untilAction('now', 'Succeeded');
    await until(() => (find(TAMU, 'now')?.metadata.finalizers ?? []).length === 0);
    expect(at(find(TAMU, 'now'), 'status')).toMatchObject({
      localVolumeHandle: HERE,
      remoteVolumeHandle: 'prod:sales',
      previousTransferTime: expect.any(String) as unknown,
      completionTime: expect.any(String) as unknown
    });
    expect(storage.calls.filter(call => call.startsWith('update'))).toHaveLength(1);
  });

  test('one whose transfer fails tells the reason of the storage', async () => {
    await settled();
    action('now');
    await until(() => storage.calls.includes(`update ${HERE}`));
    storage.end(HERE, { transferState: 'failed', healthy: false, reasons: ['Destination volume is full.'] });
    await untilAction('now', 'Failed');
    expect(at(find(TAMU, 'now'), 'status', 'message')).toBe('mirror update failed, Destination volume is full.');
  });

  test('what can’t be updated is told why', async () => {
    action('early');
    await untilAction('early', 'Failed');
    expect(at(find(TAMU, 'early'), 'status', 'message')).toBe(
      "TridentMirrorRelationship 'sales' for TridentActionMirrorUpdate 'early' does not yet exist."
    );
    await settled();
    action('odd', { snapshotHandle: 'nothing' });
    await untilAction('odd', 'Failed');
    expect(at(find(TAMU, 'odd'), 'status', 'message')).toBe('invalid snapshot handle nothing');
    edit({ state: 'promoted' });
    await untilState('promoted');
    action('late');
    await untilAction('late', 'Failed');
    expect(at(find(TAMU, 'late'), 'status', 'message')).toBe(
      'mirror update failed: TAMU late cannot be executed for TMR sales in promoted state'
    );
  });

  test('one that ran when Trident was started again has failed', async () => {
    await settled();
    action('now');
    await untilAction('now', 'In progress');
    await trident.stop();
    trident = standIn();
    await trident.start();
    await untilAction('now', 'Failed');
    expect(at(find(TAMU, 'now'), 'status', 'message')).toBe(
      'in-progress TridentActionMirrorUpdate hub/now detected at startup, marking as Failed'
    );
  });
});

test('a snapshot’s handle is told to who may not read its content', async () => {
  const { store } = server;
  store.create({
    kind: 'VolumeSnapshotContent',
    metadata: { name: 'content-1' },
    status: { snapshotHandle: 'pvc-1/snap-1' }
  });
  store.create({
    kind: 'VolumeSnapshot',
    metadata: { name: 'before', namespace: NAMESPACE },
    status: { boundVolumeSnapshotContentName: 'content-1' }
  });
  const info = (name: string, snapshotName: string): ApiObject =>
    store.create({ kind: 'TridentSnapshotInfo', metadata: { name, namespace: NAMESPACE }, spec: { snapshotName } });
  info('known', 'before');
  info('unknown', 'after');
  await until(() => at(find('TridentSnapshotInfo', 'known'), 'status', 'snapshotHandle') === 'pvc-1/snap-1');
  await until(() =>
    store
      .listAll('Event', NAMESPACE)
      .some(event => event['message'] === "VolumeSnapshot 'after' is not a Trident snapshot")
  );
});
