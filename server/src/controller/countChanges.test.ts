import type { RestoreStatus, VolumeRestore } from '../providers/kubernetes/volumeRestore';
import { memoryLog } from '../testing/testSidecar';
import { ControllerSettings } from './controllerSettings';
import { CopyScene } from './copy/testing/copyScene';
import { copyStrategy } from './copy/copyStrategy';
import { countChanges, removeCount } from './countChanges';
import type { Next, RestoreWork } from './strategy';
import { NAMESPACE } from './swap/testing/storageCluster';
import { RestoreRun } from './swap/testing/restoreRun';
import type { TaskAnswer } from './task/taskOrder';

const NUMBERS = {
  reverted: { files: 1, bytes: 10 },
  returned: { files: 2, bytes: 20 },
  removed: { files: 0, bytes: 0 }
};
const PLAN: NonNullable<RestoreStatus['plan']> = {
  madeAt: '2026-11-22T10:00:00Z',
  validUntil: '2026-11-22T10:10:00Z',
  strategy: 'copy',
  options: [],
  steps: [],
  blockers: [],
  warnings: [],
  stopsServer: true,
  startsServer: false,
  changesUnknown: 'Not counted yet.',
  countable: true
};

let scene: CopyScene;
let restore: VolumeRestore;

beforeEach(async () => {
  scene = await CopyScene.open(copyStrategy);
  scene.cluster.create('VolumeRestore', 'r', { spec: { claimName: 'home', snapshotName: 'snap' } });
  const run = new RestoreRun({
    strategy: copyStrategy,
    namespace: NAMESPACE,
    name: 'r',
    pass: () => scene.cluster.idle(),
    now: () => new Date()
  });
  await run.plan(scene.api);
  restore = await run.read(scene.api);
  restore = { ...restore, status: { ...restore.status, plan: PLAN } };
});
afterEach(() => scene.end());

const work = (now = new Date()): RestoreWork => ({
  api: scene.api,
  settings: ControllerSettings.parse({ image: 'controller' }),
  log: memoryLog(),
  restore,
  now,
  clock: () => now,
  signal: new AbortController().signal
});

const countPod = () => scene.cluster.server.store.listAll('Pod')[0];

/** Looks until something is to be written, as the pod answers. */
async function looks(answer: TaskAnswer | string, now?: Date): Promise<Next> {
  for (let look = 0; look < 20; look++) {
    const next = await countChanges(work(now));
    if (next.kind !== 'wait') {
      return next;
    }
    await scene.cluster.idle();
    const pod = countPod();
    if (pod !== undefined && now === undefined) {
      const message = typeof answer === 'string' ? answer : JSON.stringify(answer);
      const status = { phase: 'Succeeded', containerStatuses: [{ state: { terminated: { message } } }] };
      scene.cluster.server.store.patch({ kind: 'Pod', namespace: NAMESPACE, name: pod.metadata.name }, { status });
    }
  }
  throw new Error('Nothing is written.');
}

const planIn = (next: Next): RestoreStatus['plan'] => (next.kind === 'write' ? next.status.plan : undefined);

test('writes the numbers into the plan, once, and removes what counted', async () => {
  const plan = planIn(await looks({ result: 'counted', ...NUMBERS }));

  expect(plan).toMatchObject({ changes: NUMBERS, changesUnknown: null, countable: false, stopsServer: true });
  restore = { ...restore, status: { ...restore.status, plan: plan ?? null } };
  let next = await countChanges(work());
  for (let look = 0; next.kind === 'wait' && look < 20; look++) {
    await scene.cluster.idle();
    next = await countChanges(work());
  }
  expect(next).toEqual({ kind: 'done' });
  expect(scene.left).toEqual([]);
});

test('mounts both read-only, and ends by itself', async () => {
  await looks({ result: 'counted', ...NUMBERS });

  expect(countPod()?.['spec']).toMatchObject({
    automountServiceAccountToken: false,
    activeDeadlineSeconds: expect.any(Number) as number,
    containers: [
      {
        volumeMounts: [
          { mountPath: '/source', readOnly: true },
          { mountPath: '/target', readOnly: true }
        ]
      }
    ]
  });
});

test.each([
  [
    { result: 'refused', problem: 'x', detail: 'Counting took longer than 60 s.', next: '', written: false } as const,
    /60 s/
  ],
  ['Killed', /has ended: Killed/]
])('tells why there are no numbers: %j', async (answer, words) => {
  const plan = planIn(await looks(answer));

  expect(plan).toMatchObject({ changes: null, countable: false });
  expect(plan?.changesUnknown).toMatch(words);
});

test('gives up on a pod that does not start, and on a snapshot that is gone', async () => {
  const late = planIn(await looks('', new Date(Date.now() + 10 * 60_000)));
  expect(late?.changesUnknown).toMatch(/does not start/);

  for (let next = await removeCount(work()); next.kind === 'wait'; next = await removeCount(work())) {
    await scene.cluster.idle();
  }
  scene.cluster.server.store.delete({ kind: 'VolumeSnapshot', namespace: NAMESPACE, name: 'snap' });
  expect(planIn(await looks(''))?.changesUnknown).toMatch(/snap is gone/);
});
