/** A controller whose cluster lacks something says so and keeps trying; what it tells of itself is true. */
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../testing/until';
import { controllerServer } from './controllerServer';
import { ControllerSettings } from './controllerSettings';
import { readControllerSettings } from './readControllerSettings';
import type { RestoreController } from './restoreController';
import { ControllerScene, NAMESPACE } from './testing/controllerScene';
import { RecordedStrategy } from './testing/recordedStrategy';

jest.setTimeout(30_000);

let scene: ControllerScene;

beforeEach(async () => {
  scene = await ControllerScene.open();
});
afterEach(() => scene.end());

/** Asks it over HTTP. */
async function ask(controller: RestoreController, path: string): Promise<{ status: number; text: string }> {
  const server = controllerServer(controller.metrics);
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it('waits for the definition of VolumeRestore, and works when it is there', async () => {
  scene.server.missingGroups.add('datamark.github.io');
  const controller = scene.start([new RecordedStrategy()]);
  await until(() => controller.metrics.notReady()?.includes('not installed') === true);
  expect(await ask(controller, '/readyz')).toMatchObject({ status: 503, text: expect.stringContaining('deploy/crd') });
  expect(await ask(controller, '/healthz')).toMatchObject({ status: 200 });
  expect(scene.log.filter(({ level }) => level === 'warn')).toHaveLength(1);
  scene.server.missingGroups.clear();
  scene.request('back', {}, null);
  await scene.phase('back', 'Planned');
  expect(await ask(controller, '/readyz')).toEqual({ status: 200, text: 'ok\n' });
});

it('does nothing under a definition that drops what it writes, says so, and works when that is mended', async () => {
  const swap = new RecordedStrategy();
  const controller = scene.start([swap]);
  const mend = dropping('plan');
  scene.request('back', {}, null);
  await until(() => controller.metrics.notReady()?.includes('older than this controller') === true);
  expect(controller.metrics.notReady()).toContain('status.plan');
  await until(() => scene.restore('back').status.message.includes('deploy/crd/volumerestores.yaml'));
  expect(swap.calls).toEqual([]);
  mend();
  scene.patch('VolumeRestore', 'back', { metadata: { labels: { look: 'again' } } });
  await until(() => scene.restore('back').status.plan?.blockers.length === 0);
  await until(() => controller.metrics.notReady() === null);
});

it('is ready again when the restore that showed an older definition is gone', async () => {
  const controller = scene.start([new RecordedStrategy()]);
  dropping('plan');
  scene.request('back', {}, null);
  await until(() => controller.metrics.notReady()?.includes('older than this controller') === true);
  scene.delete('VolumeRestore', 'back');
  await until(() => controller.metrics.notReady() === null);
});

/** The API server answers and stores without a field of the status. */
function dropping(field: string): () => void {
  let drops = true;
  scene.server.admissions.push((operation, object) => {
    if (drops && operation === 'UPDATE' && object.kind === 'VolumeRestore') {
      const { status } = object as unknown as { status?: Record<string, unknown> };
      delete status?.[field];
    }
  });
  return () => {
    drops = false;
  };
}

it('works in its namespaces alone', async () => {
  const controller = scene.start([new RecordedStrategy()], { namespaces: ['elsewhere'] });
  await until(() => controller.metrics.notReady() === null);
  scene.request('back', {}, null);
  scene.server.store.create({
    kind: 'VolumeRestore',
    metadata: { name: 'there', namespace: 'elsewhere' },
    spec: { claimName: 'none', snapshotName: 'none' }
  });
  const there = (): unknown =>
    scene.server.store.get({ kind: 'VolumeRestore', namespace: 'elsewhere', name: 'there' })['status'];
  await until(() => (there() as { phase?: string } | undefined)?.phase === 'Failed');
  expect(scene.restore('back').status.phase).toBe('');
});

it('tells what it has done', async () => {
  const controller = scene.start([new RecordedStrategy()]);
  scene.request('back', {}, null);
  await scene.phase('back', 'Planned');
  scene.approve('back');
  await scene.settled('back');
  await until(async () => (await ask(controller, '/metrics')).text.includes('datamark_restores{phase="Succeeded"} 1'));
  const { text } = await ask(controller, '/metrics');
  expect(text).toMatch(/^datamark_restore_duration_seconds_count\{strategy="swap",phase="Succeeded"\} 1$/m);
  expect(text).toMatch(/^datamark_restore_duration_seconds_count\{strategy="copy",phase="Failed"\} 0$/m);
  expect(text).toMatch(/^datamark_restore_looks_total [1-9]\d*$/m);
  expect(text).toMatch(/^datamark_controller_ready 1$/m);
  for (const line of ['restores_unreadable', 'restores_failing', 'restore_gates_closed', 'restore_plans_blocked']) {
    expect(text).toMatch(new RegExp(`^datamark_${line} 0$`, 'm'));
  }
});

it('tells what is under way, how long, and which volume is closed', async () => {
  const swap = new RecordedStrategy();
  swap.answers.secure = () => ({ kind: 'wait', ms: 50 });
  const controller = scene.start([swap]);
  scene.request('back', {}, null);
  await scene.phase('back', 'Planned');
  scene.approve('back');
  await scene.phase('back', 'Securing');
  scene.aheadMs = 20_000;
  const { text } = await ask(controller, '/metrics');
  expect(text).toMatch(/^datamark_restore_gates_closed 1$/m);
  expect(Number(/^datamark_restore_oldest_seconds (\S+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(20);
});

it('lists all that it tells where admins read it', async () => {
  const controller = scene.start([new RecordedStrategy()]);
  const { text } = await ask(controller, '/metrics');
  const guide = await readFile(path.join(__dirname, '../../../docs/controller.md'), 'utf8');
  const told = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '');
  expect(told.length).toBeGreaterThan(10);
  expect(told.filter(name => !guide.includes(`\`${name}\``))).toEqual([]);
  const settings = Object.keys(ControllerSettings.shape);
  expect(settings.filter(name => !guide.includes(`\`${name}\``))).toEqual([]);
});

it('watches pods and volumes only while a restore is under way', async () => {
  const watched = (): string[] =>
    scene.server.requests.filter(({ verb }) => verb === 'watch').map(({ path }) => path.split('/').at(-1) ?? '');
  scene.start([new RecordedStrategy()]);
  scene.pod();
  scene.request('back');
  await scene.phase('back', 'Planned');
  expect(new Set(watched())).toEqual(new Set(['volumerestores']));
  scene.approve('back');
  await until(() => ['pods', 'persistentvolumes'].every(resource => watched().includes(resource)));
  scene.endPod();
  await scene.settled('back');
});

it('stops in peace: what is under way ends, and nothing is begun', async () => {
  const swap = new RecordedStrategy();
  let going: (() => void) | null = null;
  swap.answers.prepare = async () => {
    await new Promise<void>(resolve => {
      going = resolve;
    });
    return { kind: 'done' };
  };
  const controller = scene.start([swap]);
  scene.request('back', {}, null);
  await scene.phase('back', 'Planned');
  scene.approve('back');
  await until(() => going !== null);
  const stopped = scene.stop(controller);
  (going as (() => void) | null)?.();
  await stopped;
  expect(swap.calls).toEqual(['prepare']);
  expect(scene.restore('back').metadata.namespace).toBe(NAMESPACE);
});

it('reads its settings, or says in a line what is wrong with them', () => {
  expect(readControllerSettings('{"image":"i"}')).toMatchObject({
    ok: true,
    value: { undoDays: 14, namespaces: null }
  });
  for (const [text, words] of [
    [undefined, 'is not set'],
    ['{', 'is not JSON'],
    ['{}', 'is wrong: image'],
    ['{"image":"i","undoDays":0}', 'is wrong: undoDays']
  ] as const) {
    expect(readControllerSettings(text)).toMatchObject({ ok: false, message: expect.stringContaining(words) });
  }
});
