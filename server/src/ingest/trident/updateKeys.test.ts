/** One object for one key of a request, whoever is asked and whenever. */
import { ClusterScene, NAMESPACE } from '../../providers/kubernetes/testing/clusterScene';
import type { ApiObject } from '../../testing/api/objectStore';
import { until } from '../../testing/until';
import type { MirrorSourceTrident } from './mirrorSourceTrident';

const TAMU = 'TridentActionMirrorUpdate';

// A loaded machine takes seconds for a scene.
jest.setTimeout(30_000);

let scene: ClusterScene;
let source: MirrorSourceTrident;

const open = async (): Promise<MirrorSourceTrident> =>
  (await (await scene.provider()).openMirrors?.()) as MirrorSourceTrident;

beforeEach(async () => {
  scene = await ClusterScene.open({ claims: ['sales'] });
  const volumeMappings = [{ localPVCName: 'sales', remoteVolumeHandle: 'prod:sales' }];
  const condition = { state: 'established', localPVCName: 'sales', localVolumeHandle: 'lab:trident_sales' };
  scene.server.store.create({
    kind: 'TridentMirrorRelationship',
    metadata: { name: 'sales', namespace: NAMESPACE },
    spec: { state: 'established', volumeMappings },
    status: { conditions: [condition] }
  });
  source = await open();
});

afterEach(async () => {
  await source.stop();
  await scene.end();
});

const updates = (): ApiObject[] => scene.server.store.listAll(TAMU, NAMESPACE);
const intent = (operationKey: string): { operationKey: string } => ({ operationKey });

test('of two processes that are asked with the same key at the same time, one makes the object', async () => {
  const other = await open();
  await Promise.all([source.list(), other.list()]);
  const asked = await Promise.all([source, other].map(one => one.update('sales', intent('0123456789abcdef'))));
  expect(updates()).toHaveLength(1);
  expect(new Set(asked.map(({ update }) => update?.id)).size).toBe(1);
  await other.stop();
});

test('one that was taken back is asked for again by another key, and not by its own', async () => {
  // Without a watch each look lists, so that its object is known to be gone.
  scene.server.rules = [{ verbs: ['get', 'list', 'create', 'delete', 'patch'], apiGroups: ['*'], resources: ['*'] }];
  const blind = await open();
  const first = await blind.update('sales', intent('0123456789abcdef'));
  await blind.cancel('sales');
  const { update } = await blind.update('sales', intent('0123456789abcdef'));
  expect(update).toMatchObject({ id: first.update?.id, state: 'cancelled' });
  expect(updates()).toHaveLength(0);
  expect((await blind.update('sales', intent('fedcba9876543210'))).update?.state).toBe('queued');
  await blind.stop();
});

test('the same key asks once also after a restart', async () => {
  const first = await source.update('sales', intent('0123456789abcdef'));
  const other = await open();
  const again = await other.update('sales', intent('0123456789abcdef'));
  scene.status(TAMU, first.update?.id ?? '', { state: 'Succeeded' });
  await until(() => other.current().mirrors[0]?.mirror.update?.state === 'succeeded');
  await other.update('sales', intent('0123456789abcdef'));
  expect(updates()).toHaveLength(1);
  expect(again.update).toMatchObject({ id: first.update?.id, cancel: { available: true } });
  await other.stop();
});
