/** A TridentSnapshotInfo names the snapshot that a promotion waits for; who may not read it is told the handle. */
import { ClusterScene, NAMESPACE } from '../../providers/kubernetes/testing/clusterScene';
import { until } from '../../testing/until';
import type { MirrorSourceTrident } from './mirrorSourceTrident';

const HANDLE = 'pvc-1/snapshot-9';
const INFOS = /tridentsnapshotinfos/;

// A loaded machine takes seconds for a scene.
jest.setTimeout(30_000);

let scene: ClusterScene;
let source: MirrorSourceTrident;

beforeEach(async () => {
  scene = await ClusterScene.open({ claims: ['home', 'sales'] });
  source = (await (await scene.provider()).openMirrors?.()) as MirrorSourceTrident;
  scene.server.store.create({
    kind: 'TridentMirrorRelationship',
    metadata: { name: 'sales', namespace: NAMESPACE },
    spec: { state: 'promoted', volumeMappings: [{ localPVCName: 'sales', promotedSnapshotHandle: HANDLE }] },
    status: { conditions: [{ state: 'promoting', message: `Waiting for snapshot ${HANDLE}`, observedGeneration: 1 }] }
  });
});

afterEach(async () => {
  await source.stop();
  await scene.end();
});

const tell = (): void => {
  scene.server.store.create({
    kind: 'TridentSnapshotInfo',
    metadata: { name: 'info', namespace: NAMESPACE },
    spec: { snapshotName: 'sales.before' },
    status: { snapshotHandle: HANDLE }
  });
};

const hint = (): string | null | undefined => source.current().mirrors[0]?.mirror.hint;

test('its name is told as soon as Trident tells it', async () => {
  await source.list();
  expect(hint()).toContain(`Promotion is asked for at the snapshot ${HANDLE}.`);

  tell();

  await until(() => hint()?.includes(`at the snapshot sales.before (${HANDLE})`) === true);
});

test('an account that may not read them sees mirrors as before, and asks no more', async () => {
  tell();
  scene.server.fault({ path: INFOS }, { kind: 'status', status: 403 }, 100);

  expect(await source.list()).toMatchObject({ source: { state: 'answers' }, mirrors: [{ mirror: { id: 'sales' } }] });
  expect(hint()).toContain(`at the snapshot ${HANDLE}.`);

  const before = scene.server.requests.length;
  await source.list();
  expect(scene.server.requests.slice(before).filter(({ path }) => INFOS.test(path))).toEqual([]);
});
