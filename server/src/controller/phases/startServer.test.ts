/** The hub is asked to start the server that was stopped for a restore, and nothing of the restore depends on it. */
import type { Condition } from '../../providers/kubernetes/volumeRestore';
import { until } from '../../testing/until';
import type { RestoreController } from '../restoreController';
import { CLAIM, ControllerScene, POD } from '../testing/controllerScene';
import { RecordedStrategy } from '../testing/recordedStrategy';
import { SmallHub } from '../testing/smallHub';

jest.setTimeout(30_000);

let scene: ControllerScene;
let hub: SmallHub;
let swap: RecordedStrategy;
let controller: RestoreController;

const SERVER = { metadata: { annotations: { 'hub.jupyter.org/username': 'ann' } } };

beforeEach(async () => {
  [scene, hub] = await Promise.all([ControllerScene.open(), SmallHub.open()]);
  swap = new RecordedStrategy();
});
afterEach(() => Promise.all([scene.end(), hub.end()]));

/** As the hub does it. */
const startPod = (change: object = SERVER) => {
  scene.pod(POD, change);
  return { status: 202 };
};

/** A plan of the server whose pod has this; gives whether it says that the server comes back. */
async function planned(server: object = SERVER, settings: object = hub.settings): Promise<boolean | undefined> {
  scene.pod(POD, server);
  controller = scene.start([swap], { hubs: [{ ...hub.settings, ...settings }] });
  scene.request('back');
  return (await scene.phase('back', 'Planned')).status.plan?.startsServer;
}

/** Approved, and its server has been stopped. */
async function stopped(): Promise<void> {
  scene.approve('back');
  await scene.phase('back', 'WaitingForRelease');
  scene.endPod();
}

const condition = (): Condition | undefined =>
  scene.restore('back').status.conditions.find(({ type }) => type === 'ServerStarted');

/** Ended, and nothing is left to do. */
async function ended(): Promise<{ phase: string; condition: Condition | undefined }> {
  const { status } = await scene.settled('back');
  return { phase: status.phase, condition: condition() };
}

it('starts the server again, with the options that it had and the token of the moment', async () => {
  hub.start = () => startPod();
  expect(await planned()).toBe(true);
  await hub.token('token-b2');
  await stopped();
  expect(await ended()).toMatchObject({
    phase: 'Succeeded',
    condition: { status: 'True', reason: 'Running', message: `Pod ${POD} runs again.` }
  });
  expect(hub.asked).toEqual([
    { method: 'GET', path: '/base/hub/api/users/ann', token: 'token token-a1', body: '' },
    { method: 'POST', path: '/base/hub/api/users/ann/server', token: 'token token-b2', body: '' }
  ]);
  expect(JSON.stringify(scene.log)).not.toMatch(/token-[ab]/);
});

it('starts a named server as such, of a user whose name is no label', async () => {
  const labels = { 'hub.jupyter.org/username': 'user-email-com---0925f997' };
  const annotations = { 'hub.jupyter.org/username': 'user@email.com', 'hub.jupyter.org/servername': 'gpu' };
  hub.running['user@email.com'] = ['gpu'];
  hub.start = () => startPod({ metadata: { labels, annotations } });
  scene.patch('PersistentVolumeClaim', CLAIM, { metadata: { labels } });
  expect(await planned({ metadata: { labels, annotations } })).toBe(true);
  await stopped();
  expect(await ended()).toMatchObject({ condition: { status: 'True' } });
  expect(hub.starts.map(({ path }) => path)).toEqual(['/base/hub/api/users/user%40email.com/servers/gpu']);
});

it.each<[string, object, object]>([
  [
    'the pod names another user than its label does',
    { metadata: { annotations: { 'hub.jupyter.org/username': 'bob' } } },
    {}
  ],
  ['the pod is of no hub', {}, {}],
  [
    'the hub shows no such server',
    { metadata: { annotations: { 'hub.jupyter.org/username': 'ann', 'hub.jupyter.org/servername': 'x' } } },
    {}
  ],
  ['the hub is one of another namespace', SERVER, { namespace: 'elsewhere' }],
  ['there is no token', SERVER, { tokenFile: '/nowhere/token' }],
  ['nobody answers', SERVER, { url: 'http://127.0.0.1:1' }]
])('promises and asks for nothing where %s', async (_, server, settings) => {
  hub.running['bob'] = [''];
  expect(await planned(server, settings)).toBe(false);
  await stopped();
  expect(await ended()).toEqual({ phase: 'Succeeded', condition: undefined });
  expect(hub.starts).toEqual([]);
});

it('starts it after a cancel that came when it had stopped, and not while it runs', async () => {
  swap.answers.secure = () => ({ kind: 'wait', ms: 10 });
  hub.start = () => startPod();
  await planned();
  await stopped();
  await scene.phase('back', 'Securing');
  scene.cancel('back');
  expect(await ended()).toMatchObject({ phase: 'Cancelled', condition: { status: 'True' } });

  scene.request('again');
  await scene.phase('again', 'Planned');
  scene.approve('again');
  await scene.phase('again', 'WaitingForRelease');
  scene.cancel('again');
  const { status } = await scene.settled('again');
  expect(status.conditions.filter(({ type }) => type === 'ServerStarted')).toEqual([]);
  expect(hub.starts).toHaveLength(1);
});

it('leaves a server alone that its user has started already', async () => {
  await planned();
  swap.answers.verify = () => {
    scene.gateWorks = false;
    startPod();
    return { kind: 'done' };
  };
  await stopped();
  expect(await ended()).toMatchObject({ phase: 'Succeeded', condition: { status: 'True', reason: 'Running' } });
  expect(hub.starts).toEqual([]);
});

it('asks again where the hub can’t yet', async () => {
  const answers = [{ status: 429, body: { message: 'Too many users.' } }];
  hub.start = () => answers.pop() ?? startPod();
  await planned();
  await stopped();
  expect(await ended()).toMatchObject({ condition: { status: 'True' } });
  expect(hub.starts).toHaveLength(2);
});

it.each<[string, number, object | undefined, string]>([
  ['does not know the token', 403, { message: 'No.' }, 'The hub answered 403: No.'],
  ['is elsewhere', 302, undefined, 'The hub answered 302.'],
  ['does not know the user', 404, undefined, 'The hub answered 404.']
])('gives up at once where the hub %s, and sends its token nowhere else', async (_, status, body, message) => {
  const other = await SmallHub.open();
  try {
    hub.start = () => ({ status, body, headers: { Location: `${other.settings.url}/hub/api/users/ann/server` } });
    await planned();
    await stopped();
    expect(await ended()).toMatchObject({
      phase: 'Succeeded',
      condition: { status: 'False', reason: 'Refused', message }
    });
    expect(hub.starts).toHaveLength(1);
    expect(other.asked).toEqual([]);
  } finally {
    await other.end();
  }
});

it.each<[string, () => { status: number } | null]>([
  ['never answers', () => null],
  ['is away', () => ({ status: 503 })],
  ['takes the request and makes no pod', () => ({ status: 202 })]
])('gives up after some minutes where the hub %s; the restore has ended before', async (_, start) => {
  hub.start = start;
  await planned();
  await stopped();
  await until(() => hub.starts.length > 0 && swap.calls.includes('settle'));
  if (start()?.status === 202) {
    await until(() => condition()?.reason === 'Asked');
  }
  expect(scene.restore('back').status.phase).toBe('Succeeded');
  scene.aheadMs = 301_000;
  expect(await ended()).toMatchObject({ condition: { status: 'False', reason: 'TooLate' } });
});

it('asks for no server whose claim is not there', async () => {
  await planned();
  swap.answers.verify = () => {
    scene.delete('PersistentVolumeClaim', CLAIM);
    return { kind: 'done' };
  };
  await stopped();
  expect(await ended()).toMatchObject({ phase: 'Succeeded', condition: { status: 'False', reason: 'NoClaim' } });
  expect(hub.starts).toEqual([]);
});

it('asks for none while pods may not mount the claim', async () => {
  const message =
    "ValidatingAdmissionPolicy 'datamark-restore-gate' with binding 'datamark-restore-gate' denied request";
  const refusal = { kind: 'status', status: 403, reason: 'Forbidden', message } as const;
  scene.server.fault({ method: 'POST', path: /pods\?dryRun/ }, refusal, 1_000);
  hub.start = () => startPod();
  await planned();
  await stopped();
  await until(() => swap.calls.includes('settle'));
  expect(hub.starts).toEqual([]);
  scene.server.clearFaults();
  expect(await ended()).toMatchObject({ condition: { status: 'True' } });
});

it('goes on where a controller was that was killed', async () => {
  await planned();
  await stopped();
  await until(() => condition()?.reason === 'Asked');
  await scene.kill(controller);
  scene.start([swap], { hubs: [hub.settings] });
  startPod();
  expect(await ended()).toMatchObject({ condition: { status: 'True', reason: 'Running' } });
  expect(hub.starts).toHaveLength(1);
});
