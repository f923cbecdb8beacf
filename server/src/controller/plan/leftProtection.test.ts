/** The snapshot controller has left its finalizer on a claim whose snapshots are all ready: it is asked to look again. */
import { until } from '../../testing/until';
import { CLAIM, ControllerScene, SNAPSHOT } from '../testing/controllerScene';
import { RecordedStrategy } from '../testing/recordedStrategy';

jest.setTimeout(30_000);

const LOOK_AT = 'datamark.github.io/look-at';
const finalizers = ['snapshot.storage.kubernetes.io/pvc-as-source-protection'];
const ALL = [new RecordedStrategy('swap'), new RecordedStrategy('copy'), new RecordedStrategy('files')];

let scene: ControllerScene;

beforeEach(async () => {
  scene = await ControllerScene.open();
  scene.patch('PersistentVolumeClaim', CLAIM, { metadata: { finalizers } });
});
afterEach(() => scene.end());

const asked = (): string | undefined => scene.get('VolumeSnapshot', SNAPSHOT)?.metadata.annotations?.[LOOK_AT];
const blockers = (): unknown[] => [...(scene.restore('back').status.plan?.blockers ?? [])];

it('by a note on a ready snapshot, once in a while, and the plan is free when it has looked', async () => {
  scene.start(ALL);
  scene.request('back', {}, null);
  await until(() => blockers().length === 1);
  expect(blockers()).toEqual([
    expect.objectContaining({
      kind: 'claim-protected',
      object: CLAIM,
      message: expect.stringContaining('its snapshots are ready') as unknown,
      fix: expect.stringContaining('asked to look again') as unknown
    })
  ]);
  const first = asked();
  expect(first).toBeDefined();
  // The note itself is news, and leads to another look.
  const looks = (): number =>
    scene.server.requests.filter(({ verb, path }) => verb === 'list' && path.endsWith('/volumesnapshots')).length;
  const before = looks();
  scene.patch('VolumeSnapshot', SNAPSHOT, { metadata: { labels: { news: 'yes' } } });
  await until(() => looks() > before);
  scene.patch('PersistentVolumeClaim', CLAIM, { metadata: { finalizers: [] } });
  await until(() => blockers().length === 0);
  expect(asked()).toBe(first);
});

it('not while a snapshot of the claim is being made', async () => {
  scene.snapshot('making', { status: { readyToUse: false } });
  scene.start(ALL);
  scene.request('back', {}, null);
  await scene.phase('back', 'Planned');
  expect(blockers()).toEqual([expect.objectContaining({ kind: 'snapshot-in-progress' })]);
  expect(asked()).toBeUndefined();
});

it('not for a way that replaces no claim', async () => {
  scene.start(ALL);
  scene.request('back', { strategy: 'copy' }, null);
  await scene.phase('back', 'Planned');
  expect(blockers()).toEqual([]);
  expect(asked()).toBeUndefined();
});

it('and where that is refused, the plan says what helps', async () => {
  scene.server.fault(
    { method: 'PATCH', path: /volumesnapshots/ },
    { kind: 'status', status: 403, reason: 'Forbidden' },
    9
  );
  scene.start(ALL);
  scene.request('back', {}, null);
  await scene.phase('back', 'Planned');
  expect(blockers()).toEqual([
    expect.objectContaining({ fix: expect.stringContaining('when a snapshot of it gets another title') as unknown })
  ]);
  expect(asked()).toBeUndefined();
});
