// A home of 20,000 files and 2 GB is restored in each way, by turns with what it is compared with. Writes the times where
// bench/cluster/restores.py told it.
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { at, type KubernetesObject } from '../support/kubernetesObject';
import { claim } from '../support/manifests';
import { Peer } from '../support/peer';
import { RestoreScene, type UserServer } from '../support/restoreScene';
import { TestPod } from '../support/testPod';
import { waitUntil } from '../support/waitUntil';
import type { CopyTimes, Restart, RestoreTimes } from './restoreTimes';

const REPORT = process.env.DATAMARK_BENCH_REPORT ?? '';
const CLAIM = 'home';
const SNAPSHOT = 'home.before';
/** Each begins at another moment of the second in which the kubelet looks once at what has ended. */
const ROUNDS = 5;
const PEERS = 3;
const COPIES = 2;
const FOLDERS = 200;
/** 200 folders with 100 files of 100 kB. */
const FILL = `for folder in $(seq -w ${FOLDERS}); do
  mkdir $folder && head -c 10000000 /dev/urandom | split -b 100000 -a 2 - $folder/file-
done; echo before > marker`;
/** What the restores bring back: half of the files are gone, the others are others. */
const DESTROY = `rm -r 0* && for folder in 1* 2*; do for file in $folder/*; do echo changed > $file; done; done; echo after > marker`;
const SOON = { every: 20, seconds: 120 } as const;

const now = (): number => Date.now() / 1000;

let scene: RestoreScene;
let peer: Peer;

beforeAll(async () => {
  [scene, peer] = await Promise.all([RestoreScene.open('times'), Peer.start()]);
});
afterAll(async () => {
  peer?.remove();
  await scene?.remove();
});

test('restores of a home of 20,000 files and 2 GB', async () => {
  await scene.namespace.create(claim(CLAIM, { size: '4Gi', labels: { 'hub.jupyter.org/username': 'ann' } }));
  const filler = await TestPod.start(scene.namespace, 'filler', { claims: { '/data': CLAIM } });
  await filler.sh(`cd /data && ${FILL} && sync`, { seconds: 300 });
  await filler.stop();
  await scene.snapshot(SNAPSHOT, CLAIM);

  const restarts: Restart[] = [];
  const swaps: Restart[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    restarts.push(await restart(round));
    swaps.push(await swap(`swap-${round}`, round));
  }
  const copies: CopyTimes[] = [];
  for (let round = 0; round < COPIES; round++) {
    copies.push(await copy(`copy-${round}`));
  }
  const [file, folder] = await files();
  const peers: number[] = [];
  for (let round = 0; round < PEERS; round++) {
    const { seconds, error } = await peer.restore(scene.namespace.name, SNAPSHOT).ended;
    expect(error).toBeNull();
    peers.push(seconds);
  }
  const times: RestoreTimes = {
    namespace: scene.namespace.name,
    claim: CLAIM,
    restarts,
    swaps,
    copies,
    file,
    folder,
    peer: peers
  };
  await writeFile(REPORT, JSON.stringify(times));
});

/** What comes before ends with the kubelet's look, and so always at the same moment of its second. */
const momentOf = (round: number): Promise<void> => delay((1000 * round) / ROUNDS);

/** Shutdown and spawn alone: the pod is deleted the moment that it has ended. */
async function restart(round: number): Promise<Restart> {
  const server = await scene.server(CLAIM);
  await momentOf(round);
  const from = now();
  const exited = await shutDown(server);
  const hasEnded = (pod: KubernetesObject): boolean => at(pod, 'status', 'phase') === 'Succeeded';
  await scene.namespace.waitFor('Pod', server.name, 'ended', hasEnded, SOON);
  await scene.namespace.delete('Pod', server.name);
  await scene.namespace.waitUntilGone('Pod', server.name, SOON);
  return { from, exited, free: now(), usable: await spawn() };
}

/** As a user does it: the server is shut down when the restore waits for that, and spawned when it has succeeded. */
async function swap(name: string, round: number): Promise<Restart> {
  const server = await scene.server(CLAIM);
  await server.pod.sh('echo after > /home/jovyan/marker');
  await planned(name, 'swap', server);
  await momentOf(round);
  const from = now();
  await scene.approve(name, server);
  await scene.waitForPhase(name, 'WaitingForRelease', SOON);
  const exited = await shutDown(server);
  await scene.waitForPhase(name, 'Succeeded', SOON);
  return { from, exited, free: now(), usable: await spawn() };
}

/** Starts a server and reads a file in it; then ends it. Returns when the file was read. */
async function spawn(): Promise<number> {
  const { pod } = await scene.letIn(() => scene.server(CLAIM));
  await pod.sh('cat /home/jovyan/marker');
  const usable = now();
  await pod.stop();
  return usable;
}

/** The same trees by rsync alone, then by a restore; what the first has written is gone before the second begins. */
async function copy(name: string): Promise<CopyTimes> {
  await scene.inClaim(CLAIM, `${DESTROY}; sync`);
  const plain = await plainRsync();
  const server = await scene.server(CLAIM);
  await planned(name, 'copy', server);
  await scene.approve(name, server);
  await scene.waitForPhase(name, 'WaitingForRelease', SOON);
  const job = copyingSeconds();
  const exited = await shutDown(server);
  await scene.waitForPhase(name, 'Succeeded', { ...SOON, seconds: 240 });
  return { ...plain, job: await job, whole: now() - exited };
}

async function plainRsync(): Promise<Pick<CopyTimes, 'rsync' | 'synced'>> {
  const { namespace } = scene;
  const [source, target] = ['rsync-source', 'rsync-target'];
  await namespace.create(
    claim(source, { size: '4Gi', from: { snapshot: SNAPSHOT } }),
    claim(target, { size: '4Gi', from: { claim: CLAIM } })
  );
  const pod = await TestPod.start(namespace, 'rsync', { claims: { '/source': source, '/target': target } });
  const stamp = 'date +%s.%N';
  const timed = `${stamp} && rsync -aHAX --delete /source/ /target/ && ${stamp} && sync -f /target && ${stamp}`;
  const [from = 0, to = 0, end = 0] = (await pod.sh(timed, { seconds: 240 })).split('\n').map(Number);
  await pod.stop();
  for (const one of [source, target]) {
    await namespace.delete('PersistentVolumeClaim', one);
    await namespace.waitUntilGone('PersistentVolumeClaim', one);
  }
  return { rsync: to - from, synced: end - from };
}

/** How long the program of a Job that copies runs, as /proc tells: pods tell whole seconds. Its process is there before it. */
async function copyingSeconds(): Promise<number> {
  const pid = await waitUntil('the program that copies', copyingProcess, { every: 50, seconds: 120 });
  const from = now();
  await waitUntil('the program that copies to end', () => !isCopying(pid), { every: 10, seconds: 240 });
  return now() - from;
}

const ORDER = Buffer.from(JSON.stringify({ task: 'copy' })).toString('base64');

const copyingProcess = (): string | undefined => readdirSync('/proc').find(pid => /^\d+$/.test(pid) && isCopying(pid));

function isCopying(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`sidecar.mjs\0task\0${ORDER}`);
  } catch {
    return false;
  }
}

/** One file and one folder, while the server runs. */
async function files(): Promise<[number, number]> {
  const server = await scene.server(CLAIM);
  const seconds = async (name: string, path: string): Promise<number> => {
    await planned(name, 'files', server, [path]);
    const from = now();
    await scene.approve(name, server);
    await scene.waitForPhase(name, 'Succeeded', SOON);
    return now() - from;
  };
  const times: [number, number] = [await seconds('file', '001/file-aa'), await seconds('folder', '002')];
  await server.pod.stop();
  return times;
}

async function planned(name: string, strategy: 'swap' | 'copy' | 'files', by: UserServer, paths?: string[]) {
  const spec = { claimName: CLAIM, snapshotName: SNAPSHOT, strategy, ...(paths && { paths }) };
  await scene.request(name, spec, by);
  await scene.waitForPhase(name, 'Planned', SOON);
}

/** Returns when its container was told to end, by its own clock: it does within a tenth of a second, and the shell with it. */
async function shutDown({ pod }: UserServer): Promise<number> {
  const { stdout } = await pod.trySh('date +%s.%N && touch /tmp/shutdown');
  expect(stdout).toMatch(/^\d+\.\d+\n$/);
  return Number(stdout);
}
