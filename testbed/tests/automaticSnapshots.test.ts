// Automatic snapshots on a cluster: for changed files only, the last ones kept where the account may delete, none twice
// after a kill. Nobody is connected to the sidecar while they are made.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunningStatus } from '../../contract';
import { HostSidecar } from '../support/hostSidecar';
import { at } from '../support/kubernetesObject';
import { claim, roleFor, serviceAccount } from '../support/manifests';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const SNAPSHOTS = 'snapshot.storage.k8s.io';
const LOOKING = ['get', 'list', 'watch'];
const USER = [...LOOKING, 'create', 'patch'];
const MANAGER = [...USER, 'delete'];

let cluster: TestCluster;
let namespace: TestNamespace;
let sidecar: HostSidecar | undefined;

beforeAll(async () => {
  cluster = await TestCluster.open();
});

afterEach(async () => {
  await sidecar?.remove();
  sidecar = undefined;
  await namespace.remove();
});

afterAll(() => cluster.close());

/** A sidecar in a namespace of its own, not started, whose account may do this with snapshots. */
async function prepared(verbs: readonly string[], automatic: Record<string, unknown>): Promise<HostSidecar> {
  namespace = await cluster.namespace('automatic');
  await namespace.create(
    claim('home'),
    serviceAccount('notebook'),
    ...roleFor('notebook', namespace.name, 'notebook', [
      { groups: [''], resources: ['persistentvolumeclaims'], verbs: USER },
      { groups: [''], resources: ['events'], verbs: LOOKING },
      { groups: [SNAPSHOTS], resources: ['volumesnapshots'], verbs: [...verbs] }
    ])
  );
  await namespace.waitUntilBound('home');
  const token = await namespace.token('notebook');
  sidecar = await HostSidecar.prepare({ namespace, token, volumes: { home: 'home' }, user: 'ann', automatic });
  return sidecar;
}

/** Names of the automatic snapshots that are ready, as the cluster has them. */
async function ready(): Promise<string[]> {
  const found = await namespace.list('VolumeSnapshot', 'labelSelector=datamark.github.io%2Forigin%3Dauto');
  return found
    .filter(one => at(one, 'status', 'readyToUse') === true && at(one, 'metadata', 'deletionTimestamp') === undefined)
    .map(one => one.metadata.name ?? '');
}

const untilReady = (count: number): Promise<unknown> =>
  waitUntil(`${count} automatic snapshots`, async () => (await ready()).length === count);
const change = (to: HostSidecar, content: string): Promise<void> =>
  writeFile(join(to.mountPath('home'), 'notes.txt'), content);
const status = (of: HostSidecar): Promise<RunningStatus> => of.ask(RunningStatus, 'GET', '/status');

/** Returns when files were looked at once more after now. */
async function untilLookedAgain(at: HostSidecar): Promise<void> {
  const planned = async (): Promise<number> => Date.parse((await status(at)).automatic?.nextAt ?? '');
  const before = Math.max(await planned(), Date.now());
  await waitUntil('the next look', async () => (await planned()) > before);
}

test('are made when files changed, and the last ones are kept', async () => {
  const home = await prepared(MANAGER, { mode: 'every', everyMs: 1000, keep: 2 });
  await change(home, 'one');
  await home.start();
  await untilReady(1);
  const [first = ''] = await ready();

  await untilLookedAgain(home);
  expect(await ready()).toEqual([first]);
  await change(home, 'two');
  await untilReady(2);
  await change(home, 'three');
  await namespace.waitUntilGone('VolumeSnapshot', first);
  await untilReady(2);

  expect((await status(home)).notices.map(({ code }) => code)).not.toContain('automatic-snapshots');
});

test('are all kept where the account may not delete, and that is told', async () => {
  const home = await prepared(USER, { mode: 'every', everyMs: 1000, keep: 1 });
  await change(home, 'one');
  await home.start();
  await untilReady(1);
  await change(home, 'two');
  await untilReady(2);

  const notice = await waitUntil('the notice', async () =>
    (await status(home)).notices.find(({ code }) => code === 'automatic-snapshots')
  );
  expect(notice.message).toMatch(/^home has 2 automatic snapshots instead of 1\. /);
  expect(await ready()).toHaveLength(2);
});

test('are made once for a start of the server, also if the sidecar is killed in the middle', async () => {
  const home = await prepared(MANAGER, { mode: 'start', serverStartedAt: new Date().toISOString() });
  await change(home, 'one');
  await home.start();
  const one = async (): Promise<boolean> => (await namespace.list('VolumeSnapshot')).length === 1;
  await waitUntil('the snapshot to be asked for', one);
  await home.kill();

  await home.start();
  await waitUntil('the decision', async () => (await status(home)).automatic?.nextAt === null);
  await untilReady(1);

  expect(await namespace.list('VolumeSnapshot')).toHaveLength(1);
});

test('are made without knowing of changes where the files can’t be looked at, and that is told', async () => {
  const home = await prepared(MANAGER, { mode: 'start', serverStartedAt: new Date().toISOString() });
  await rm(home.mountPath('home'), { recursive: true });
  await home.start();

  const notice = await waitUntil('the notice', async () =>
    (await status(home)).notices.find(({ message }) => message.startsWith('Whether files on home change is not known'))
  );
  expect(notice.object).toBe('home');
  await untilReady(1);
});
