/** Until nobody uses the claim: what is waited for, what is refused, and when the gate is closed. */
import { until } from '../../testing/until';
import type { VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { CLAIM, ControllerScene, POD } from '../testing/controllerScene';
import { RecordedStrategy } from '../testing/recordedStrategy';

jest.setTimeout(30_000);

let scene: ControllerScene;
let swap: RecordedStrategy;

beforeEach(async () => {
  scene = await ControllerScene.open();
  swap = new RecordedStrategy();
  scene.pod();
  scene.start([swap]);
  scene.request('back');
  await scene.phase('back', 'Planned');
});
afterEach(() => scene.end());

const waiting = async (): Promise<VolumeRestore> => {
  scene.approve('back');
  return scene.phase('back', 'WaitingForRelease');
};

const message = (): string => scene.restore('back').status.message;

/** Has the controller look now, whatever it waits for. */
const lookAgain = (): void =>
  scene.patch('VolumeRestore', 'back', { metadata: { annotations: { look: String(Math.random()) } } });

it('waits for a server that runs, and leaves the gate open', async () => {
  await waiting();
  await until(() => message() === `Waiting until pod ${POD} no longer uses ${CLAIM}.`);
  expect(scene.restore('back').status.gateClosedUntil ?? null).toBeNull();
});

it.each([
  ['ended with an error and is started again', { exitCode: 1 }, 'OnFailure'],
  ['is always started again', { exitCode: 0 }, 'Always']
])('a container that %s has not ended', async (_, terminated, restartPolicy) => {
  scene.patch('Pod', POD, {
    spec: { restartPolicy },
    status: { containerStatuses: [{ name: 'notebook', state: { terminated } }] }
  });
  await waiting();
  await until(() => message() === `Waiting until pod ${POD} no longer uses ${CLAIM}.`);
  scene.delete('Pod', POD);
  await scene.phase('back', 'Succeeded');
});

it('waits for a pod that came in after the plan, before the gate was closed, unscheduled as it is', async () => {
  await waiting();
  scene.pod('nightly', { spec: { nodeName: '' }, status: { phase: 'Pending', containerStatuses: [] } });
  scene.endPod();
  await until(() => message() === `Waiting until pod nightly no longer uses ${CLAIM}.`);
  expect(scene.get('Pod', POD)).not.toBeNull();
  scene.delete('Pod', 'nightly');
  await scene.phase('back', 'Succeeded');
});

it('waits for the server that its user has started again, not for another life of the pod', async () => {
  await waiting();
  scene.delete('Pod', POD);
  scene.gateWorks = false;
  scene.pod();
  await until(() => message() === `Waiting until pod ${POD} no longer uses ${CLAIM}.`);
  scene.gateWorks = true;
  scene.endPod();
  await scene.phase('back', 'Succeeded');
  expect(scene.get('Pod', POD)).toBeNull();
});

it.each([
  ['when the kubelet calls it over', () => scene.endPod(POD)],
  ['some seconds later at the latest', () => void (scene.aheadMs = 4_000)]
])('deletes a pod whose containers have ended %s', async (_, then) => {
  await waiting();
  scene.patch('Pod', POD, { spec: { restartPolicy: 'OnFailure' } });
  scene.endPod(POD, 'Running');
  await until(() => message() === `Server stopped. Waiting until pod ${POD} is gone.`);
  expect(scene.get('Pod', POD)).not.toBeNull();
  then();
  lookAgain();
  await scene.phase('back', 'Succeeded');
  expect(scene.get('Pod', POD)).toBeNull();
});

it('does not replace what another user’s server works with', async () => {
  await waiting();
  scene.pod('jupyter-bob', { metadata: { labels: { 'hub.jupyter.org/username': 'bob' } } });
  const { status } = await scene.settled('back');
  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'in-use' } });
  expect(scene.get('Pod', POD)).not.toBeNull();
});

it('does not wait for longer than half an hour', async () => {
  await waiting();
  scene.aheadMs = 31 * 60_000;
  lookAgain();
  const { status } = await scene.settled('back');
  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'in-use' } });
});

it('touches nothing where the gate does not close, and gives up in half a minute', async () => {
  scene.gateWorks = false;
  await waiting();
  scene.endPod();
  await until(() => message() === 'Closing the gate for new servers.');
  expect(scene.get('Pod', POD)).not.toBeNull();
  scene.aheadMs = 31_000;
  const { status } = await scene.settled('back');
  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'not-supported' } });
  expect(scene.get('Pod', POD)).not.toBeNull();
});

it.each([
  ['a quota', 'exceeded quota: pods'],
  ['pod security', 'violates PodSecurity "restricted:latest"'],
  ['another policy', "ValidatingAdmissionPolicy 'images' with binding 'images' denied request: no"]
])('a pod that is refused by %s proves nothing', async (_, words) => {
  scene.gateWorks = false;
  await waiting();
  const refusal = { kind: 'status', status: 403, reason: 'Forbidden', message: words } as const;
  scene.server.fault({ method: 'POST', path: /pods\?dryRun/ }, refusal, 1_000);
  scene.endPod();
  await until(() => message() === 'Closing the gate for new servers.');
  expect(scene.restore('back').status.conditions.find(({ type }) => type === 'GateClosed')?.status).toBe('False');
});

it('keeps the gate closed while the strategy works', async () => {
  let held = true;
  swap.answers.restore = () => (held ? { kind: 'wait', ms: 10 } : { kind: 'done' });
  await waiting();
  scene.endPod();
  const { status } = await scene.phase('back', 'Restoring');
  const first = Date.parse(status.gateClosedUntil ?? '');
  scene.aheadMs = 40_000;
  await until(() => Date.parse(scene.restore('back').status.gateClosedUntil ?? '') > first + 30_000);
  held = false;
  await scene.phase('back', 'Succeeded');
});

it('goes back where the gate has opened by itself before anything was replaced', async () => {
  let held = true;
  swap.answers.secure = () => (held ? { kind: 'wait', ms: 10 } : { kind: 'done' });
  await waiting();
  scene.endPod();
  await scene.phase('back', 'Securing');
  scene.aheadMs = 120_000;
  held = false;
  const { status } = await scene.settled('back');
  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'interrupted' } });
  expect(swap.calls).not.toContain('restore');
});

it('proves the gate closed once more where it has opened by itself later', async () => {
  let held = true;
  swap.answers.restore = () => (held ? { kind: 'wait', ms: 10 } : { kind: 'done' });
  await waiting();
  scene.endPod();
  await scene.phase('back', 'Restoring');
  scene.gateWorks = false;
  scene.aheadMs = 120_000;
  await until(() => message() === 'Closing the gate for new servers.');
  const calls = swap.calls.length;
  lookAgain();
  scene.gateWorks = true;
  await until(() => swap.calls.length > calls);
  held = false;
  await scene.phase('back', 'Succeeded');
});

it('goes back where the claim was made anew meanwhile', async () => {
  await waiting();
  const claim = scene.get('PersistentVolumeClaim', CLAIM);
  scene.delete('PersistentVolumeClaim', CLAIM);
  scene.server.store.create({ ...claim, kind: 'PersistentVolumeClaim', metadata: { name: CLAIM, namespace: 'hub' } });
  const { status } = await scene.settled('back');
  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'object-changed' } });
});

it('goes back where the claim was put under a hold meanwhile', async () => {
  await waiting();
  const annotations = { 'datamark.github.io/held-until': 'forever', 'datamark.github.io/held-by': 'kim' };
  scene.patch('PersistentVolumeClaim', CLAIM, { metadata: { annotations } });
  scene.endPod();
  const { status } = await scene.settled('back');
  expect(status).toMatchObject({ phase: 'RolledBack', problem: { detail: `${CLAIM} is held by kim meanwhile.` } });
  expect(swap.calls).not.toContain('secure');
});
