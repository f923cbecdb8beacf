/** A VolumeRestore that can’t be read, by hand or of another version: it is told and left alone, and the others go on. */
import { until } from '../testing/until';
import type { RestoreController } from './restoreController';
import { CLAIM, ControllerScene } from './testing/controllerScene';
import { RecordedStrategy } from './testing/recordedStrategy';

jest.setTimeout(30_000);

let scene: ControllerScene;
let swap: RecordedStrategy;

beforeEach(async () => {
  scene = await ControllerScene.open();
  swap = new RecordedStrategy();
});
afterEach(() => scene.end());

const UNDER_WAY = 'datamark.github.io/under-way';

const told = (controller: RestoreController): string => controller.metrics.text();

it.each([
  ['a phase that nobody knows', { status: { phase: 'Reticulating' } }],
  ['a status that is no object', { status: 'broken' as unknown as object }],
  ['fields of another kind', { status: { phase: 'Preparing', steps: 'three', pending: {} } }],
  ['a strategy of a later version', { spec: { strategy: 'teleport' } }],
  ['no claim', { spec: { claimName: null } }]
])('one with %s stops no other', async (_, parts) => {
  scene.left('odd', parts);
  const controller = scene.start([swap]);
  scene.request('back', {}, null);
  await scene.phase('back', 'Planned');
  expect(controller.metrics.notReady()).toBeNull();
  expect(told(controller)).toContain('datamark_restores_unreadable 1');
  const lines = scene.log.filter(({ message }) => message.includes('can’t be read'));
  expect(lines).toEqual([
    expect.objectContaining({ fields: expect.objectContaining({ restore: 'hub/odd' }) as unknown })
  ]);
  // Nobody writes to it.
  expect(scene.server.requests.filter(({ method, path }) => method !== 'GET' && path.includes('/odd'))).toEqual([]);
});

it('one that becomes so while others are under way stops none, and is worked on again when it is mended', async () => {
  const controller = scene.start([swap]);
  scene.request('odd', {}, null);
  await scene.phase('odd', 'Planned');
  scene.patch('VolumeRestore', 'odd', { status: { phase: 'Reticulating' } });
  await until(() => told(controller).includes('datamark_restores_unreadable 1'));
  scene.request('back', {}, null);
  await scene.phase('back', 'Planned');
  scene.patch('VolumeRestore', 'odd', { status: { phase: '' } });
  await scene.phase('odd', 'Planned');
  await until(() => told(controller).includes('datamark_restores_unreadable 0'));
});

it('one that has begun keeps others from its claim, in words', async () => {
  scene.left('odd', { status: { phase: 'Reticulating' }, labels: { [UNDER_WAY]: 'true' } });
  scene.start([swap]);
  scene.request('back', {}, null);
  const { status } = await scene.phase('back', 'Planned');
  expect(status.plan?.blockers).toEqual([
    expect.objectContaining({ kind: 'restore-in-progress', object: 'odd', fix: expect.stringContaining('admin') })
  ]);
  const error = scene.log.find(({ message }) => message.includes('can’t be read'));
  expect(error?.level).toBe('error');
});

it('one that holds the claim keeps others from it though its mark is gone', async () => {
  scene.left('odd', { status: { phase: 'Reticulating' } });
  const uid = scene.get('VolumeRestore', 'odd')?.metadata.uid;
  scene.start([swap]);
  scene.request('back', {}, null);
  await scene.phase('back', 'Planned');
  scene.patch('PersistentVolumeClaim', CLAIM, {
    metadata: { annotations: { 'datamark.github.io/restore-lock': uid } }
  });
  scene.approve('back');
  const { status } = await scene.settled('back');
  expect(status).toMatchObject({ phase: 'Failed', problem: { type: 'operation-in-progress' } });
  expect(swap.calls).toEqual([]);
});

it('one can’t be undone, and that is said', async () => {
  scene.left('odd', { status: { phase: 'Reticulating' } });
  scene.start([swap]);
  scene.request('back', { undoOf: 'odd' }, null);
  const { status } = await scene.phase('back', 'Planned');
  expect(status.plan?.blockers).toEqual([
    expect.objectContaining({ kind: 'nothing-to-undo', message: expect.stringContaining('can’t be read') })
  ]);
});
