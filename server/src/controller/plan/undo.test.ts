/** Plans of undoing an earlier restore. */
import type { VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { CLAIM, ControllerScene } from '../testing/controllerScene';
import { volumeObject } from '../testing/clusterSamples';
import { RecordedStrategy } from '../testing/recordedStrategy';

jest.setTimeout(30_000);

let scene: ControllerScene;

const UNTIL = '2999-01-01T00:00:00Z';

/** A restore has ended, and its old volume is kept. */
beforeEach(async () => {
  scene = await ControllerScene.open();
  scene.pod();
  scene.request('first', { approved: true });
  scene.patch('VolumeRestore', 'first', {
    status: {
      phase: 'Succeeded',
      strategy: 'swap',
      startedAt: '2026-11-22T10:00:00Z',
      finishedAt: '2026-11-22T10:00:04Z',
      undo: { possible: true, until: UNTIL, volume: 'pv-kept' }
    }
  });
  const annotations = {
    'datamark.github.io/undo-of': 'hub/first',
    'datamark.github.io/original-reclaim-policy': 'Delete'
  };
  scene.server.store.create(volumeObject('pv-kept', { claim: CLAIM, uid: 'before', handle: 'kept', annotations }));
  scene.patch('PersistentVolume', 'pv-kept', {
    spec: { persistentVolumeReclaimPolicy: 'Retain' },
    status: { phase: 'Released' }
  });
  scene.start([new RecordedStrategy('swap'), new RecordedStrategy('copy')]);
});
afterEach(() => scene.end());

const undo = async (name: string, undoOf = 'first'): Promise<VolumeRestore> => {
  scene.request(name, { undoOf });
  return scene.phase(name, 'Planned');
};

it('is planned from the kept volume, with what would be lost, and how long the last one took', async () => {
  const { status } = await undo('undo');
  expect(status.newVolume).toMatchObject({ name: 'pv-kept', reclaimPolicy: 'Delete' });
  expect(status.plan).toMatchObject({
    strategy: 'swap',
    blockers: [],
    lastDurationMs: 4_000,
    warnings: [expect.stringContaining('It is kept: this undo can be undone too.')]
  });
});

it('is not done twice', async () => {
  await undo('undo');
  scene.approve('undo');
  scene.endPod();
  await scene.phase('undo', 'Succeeded');
  await scene.settled('undo');
  expect(scene.restore('first').status.undo).toMatchObject({ possible: false, undoneBy: 'undo' });
  scene.pod();
  const { status } = await undo('again');
  expect(status.plan?.blockers).toMatchObject([
    { kind: 'nothing-to-undo', message: expect.stringContaining('undone already') }
  ]);
});

it.each([
  ['that does not exist', 'other', () => undefined],
  ['whose volume is gone', 'first', () => scene.delete('PersistentVolume', 'pv-kept')],
  [
    'whose volume is kept for another',
    'first',
    () =>
      scene.patch('PersistentVolume', 'pv-kept', {
        metadata: { annotations: { 'datamark.github.io/undo-of': 'hub/x' } }
      })
  ],
  ['whose volume is bound', 'first', () => scene.patch('PersistentVolume', 'pv-kept', { status: { phase: 'Bound' } })],
  [
    'whose time is over',
    'first',
    () => scene.patch('VolumeRestore', 'first', { status: { undo: { until: '2026-01-01T00:00:00Z' } } })
  ],
  [
    'whose safety snapshot was made again under its name',
    'first',
    () => {
      scene.snapshot('safety', { handle: 'handle-old' });
      const undo = { volume: null, snapshot: 'safety' };
      const safetySnapshot = { name: 'safety', uid: 'the first' };
      scene.patch('VolumeRestore', 'first', { status: { strategy: 'copy', safetySnapshot, undo } });
    }
  ],
  ['that has failed', 'first', () => scene.patch('VolumeRestore', 'first', { status: { phase: 'RolledBack' } })]
])('has nothing to bring back of a restore %s', async (_, undoOf, change) => {
  change();
  const { status } = await undo('undo', undoOf);
  expect(status.plan?.blockers.map(({ kind, object }) => [kind, object])).toEqual([['nothing-to-undo', undoOf]]);
});
