/** Restores that are over: they cost next to nothing, and go after their time. */
import type { RestoreController } from './restoreController';
import { until } from '../testing/until';
import { ControllerScene, NAMESPACE } from './testing/controllerScene';
import { RecordedStrategy } from './testing/recordedStrategy';

jest.setTimeout(60_000);

const DAY_MS = 24 * 3_600_000;

let scene: ControllerScene;
let swap: RecordedStrategy;

beforeEach(async () => {
  scene = await ControllerScene.open();
  swap = new RecordedStrategy();
});
afterEach(() => scene.end());

/** One that is over, with what its controller wrote at the end. */
function ended(name: string, status: object = {}): void {
  const now = scene.now().toISOString();
  scene.left(name, {
    status: { phase: 'Succeeded', strategy: 'swap', startedAt: now, finishedAt: now, pending: [], ...status }
  });
}

/** A new controller, as after so many days. */
async function startedAfter(days: number): Promise<RestoreController> {
  scene.aheadMs = days * DAY_MS + 1;
  const controller = scene.start([swap]);
  await until(() => controller.metrics.notReady() === null);
  return controller;
}

const names = (): string[] =>
  scene.server.store.listAll('VolumeRestore', NAMESPACE).map(({ metadata }) => metadata.name);
const gets = (): number => scene.server.requests.filter(({ verb }) => verb === 'get').length;

/** Whether another restore gets its plan: all that was to be looked at before it has been. */
async function isWorking(): Promise<void> {
  scene.request('another', {}, null);
  await scene.phase('another', 'Planned');
}

it('stay for thirty days, and go then', async () => {
  ended('done');
  const first = await startedAfter(29.9);
  await isWorking();
  expect(names()).toEqual(['another', 'done']);
  await scene.stop(first);
  await startedAfter(30);
  await until(() => !names().includes('done'));
});

it('go after the days that are set', async () => {
  ended('done');
  scene.aheadMs = 3 * DAY_MS;
  const controller = scene.start([swap], { historyDays: 2 });
  await until(() => !names().includes('done'));
  await until(() => controller.metrics.text().includes('datamark_restores_forgotten_total 1'));
});

it('stay while something is left to do, as a volume that is kept for an undo', async () => {
  const pending = ['Volume pv-kept is kept for an undo until later.'];
  swap.answers.settle = () => ({ kind: 'wait', ms: 3_600_000 });
  ended('kept', { pending, undo: { possible: true, volume: 'pv-kept' } });
  ended('done');
  await startedAfter(300);
  await until(() => !names().includes('done'));
  await isWorking();
  expect(names()).toContain('kept');
});

it('go by the time of their making where their own can’t be read', async () => {
  ended('odd', { finishedAt: 'yesterday', startedAt: null });
  await startedAfter(30);
  await until(() => !names().includes('odd'));
});

it('as plans that nobody approved go after a day', async () => {
  scene.pod();
  const first = scene.start([swap]);
  scene.request('plan');
  await scene.phase('plan', 'Planned');
  scene.cancel('plan');
  await scene.settled('plan');
  await scene.stop(first);
  const second = await startedAfter(0.9);
  await isWorking();
  expect(names()).toContain('plan');
  await scene.stop(second);
  await startedAfter(1);
  await until(() => !names().includes('plan'));
});

it('lose a mark that was left on them, so that they can be deleted', async () => {
  ended('left');
  scene.patch('VolumeRestore', 'left', { metadata: { finalizers: ['datamark.github.io/under-way'] } });
  await startedAfter(0);
  await until(() => scene.restore('left').metadata.finalizers.length === 0);
  expect(names()).toContain('left');
});

it('are not tried again and again where the right to delete them is missing', async () => {
  const rights = ['get', 'list', 'watch', 'patch', 'create'];
  scene.server.rules = [{ verbs: rights, apiGroups: ['*'], resources: ['*'] }];
  ended('done');
  const controller = await startedAfter(31);
  const deletions = (): number => scene.server.requests.filter(({ verb }) => verb === 'delete').length;
  await until(() => deletions() === 1);
  await isWorking();
  expect(deletions()).toBe(1);
  expect(controller.metrics.text()).toContain('datamark_restores_failing 0');
});

it('are asked for in pages alone, be they thousands, and none of them is looked at', async () => {
  for (let at = 0; at < 2_000; at++) {
    ended(`done-${at}`);
  }
  await startedAfter(1);
  expect(gets()).toBe(0);
  const lists = scene.server.requests.filter(({ path, verb }) => verb === 'list' && path.endsWith('volumerestores'));
  expect(lists).toHaveLength(4);
  await isWorking();
  // A plan asks for those under way alone.
  const later = scene.server.requests.filter(({ path, verb }) => verb === 'list' && path.endsWith('volumerestores'));
  expect(later.slice(4).every(({ query }) => query.includes('under-way'))).toBe(true);
  expect(scene.server.requests.filter(({ path }) => path.includes('/done-'))).toEqual([]);
});
