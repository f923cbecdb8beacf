/** “Train on this version” never passes off other data as what the person saw. */
import type { z } from 'zod';
import type { TrainOnVersion } from '../../../contract';
import { operationKey } from '../http/operationKey';
import { ProblemError } from '../problemError';
import { sampleClone, sampleSnapshot } from '../testing/sampleObjects';
import { until } from '../testing/until';
import type { ToldMirror } from './controllerWire';
import { ControllerStandIn } from './testing/controllerStandIn';
import { ingestScene, KERNEL, type IngestScene } from './testing/ingestScene';
import { sampleAnswer, sampleMirror, sampleTold, UUID } from './testing/sampleMirrors';

const ID = `ontap-${UUID}`;
const KEY = 'key-12345678';
const READY = { phase: 'ready', at: '2026-11-23T12:00:01.000Z' } as const;
const RUNNING = { type: 'update', state: 'transferring', bytes: 1, seconds: 1, bytesPerSecond: 1 } as const;
const NEWER = { known: true, asOf: '2026-11-23T11:59:00.000Z', snapshot: 'snapmirror.2' } as const;

// Each scene begins with TLS, which takes its time on a busy machine.
jest.setTimeout(60_000);

let controller: ControllerStandIn;
let scene: IngestScene;

beforeAll(async () => {
  controller = await ControllerStandIn.start();
});

afterAll(() => controller.stop());

beforeEach(async () => {
  tells(sampleTold());
  scene = await ingestScene({ controller });
});

afterEach(() => scene.dispose());

/** ONTAP was asked right now, unless `asOf` says otherwise. */
function tells(mirror: ToldMirror, asOf?: string): void {
  controller.answer = () => {
    const now = new Date().toISOString();
    const told = { ...mirror, asOf: asOf ?? now };
    return { status: 200, body: sampleAnswer([told], { now, asOf: asOf ?? now }) };
  };
}

const wanted = (parts: Partial<z.infer<typeof TrainOnVersion>> = {}): z.infer<typeof TrainOnVersion> => ({
  uid: UUID,
  way: 'snapshot',
  exported: 'snapmirror.1',
  clone: 'sweep-12',
  kernel: KERNEL,
  notebook: 'train.ipynb',
  ...parts
});

const train = (parts: Partial<z.infer<typeof TrainOnVersion>> = {}, key: string | null = KEY) =>
  scene.service.train(ID, wanted(parts), key);

const made = (): string[] => scene.provider.calls.map(([call]) => call);

/** Storage completes the snapshot as soon as it was asked for; `meanwhile` runs right before. */
function completes(meanwhile: () => void = () => undefined): void {
  scene.index.subscribe(change => {
    if (change.type === 'upsert' && change.object.kind === 'snapshot' && change.object.state.phase === 'pending') {
      const { object } = change;
      queueMicrotask(() => {
        meanwhile();
        scene.index.upsert({ ...object, state: READY });
      });
    }
  });
}

test('a snapshot is made, cloned and pinned, and runs are tagged with what had arrived', async () => {
  completes();
  const { clone, snapshot, exported, pin, problem } = await train();
  expect({ clone: clone.name, snapshot, exported, problem }).toEqual({
    clone: 'sweep-12',
    snapshot: 'made-1',
    exported: 'snapmirror.1',
    problem: null
  });
  expect(pin).toMatchObject({
    kernel: KERNEL,
    notebook: 'train.ipynb',
    snapshots: [{ snapshot: 'made-1', uid: 'made-uid-1', relation: 'exact', exported: 'snapmirror.1' }]
  });
  expect(scene.provider.calls.map(([call, ...rest]) => [call, rest.at(-1)])).toEqual([
    ['createSnapshot', { operationKey: operationKey(KEY, 'version') }],
    ['markExported', 'snapmirror.1'],
    ['createClone', { operationKey: operationKey(KEY) }]
  ]);
});

test('the same key again gives the same version, also where other data has arrived since', async () => {
  completes();
  const first = await train();
  tells(sampleTold({ data: NEWER }));
  expect(await train()).toEqual(first);
  expect(made()).toEqual(['createSnapshot', 'markExported', 'createClone']);
});

test('the snapshot that arrived is cloned as it is: none is made', async () => {
  scene.index.upsert(sampleSnapshot({ name: 'arrived', exported: 'snapmirror.1', origin: 'other' }));
  const { snapshot, pin } = await train({ way: 'replicated-snapshot' });
  expect(snapshot).toBe('arrived');
  expect(pin?.snapshots).toMatchObject([{ snapshot: 'arrived', exported: 'snapmirror.1' }]);
  expect(made()).toEqual(['markExported', 'createClone']);
});

test.each<[string, Partial<z.infer<typeof TrainOnVersion>>, string]>([
  ['another life of the mirror', { uid: 'other' }, 'object-changed'],
  ['another version than was seen', { exported: 'snapmirror.0' }, 'object-changed'],
  ['a name that no clone can have', { clone: 'a.b' }, 'invalid-request'],
  ['a way that can’t be gone', { way: 'replicated-snapshot' }, 'not-supported']
])('%s is refused before anything is made', async (_, parts, type) => {
  await expect(train(parts)).rejects.toMatchObject({ problem: { type: expect.stringContaining(type) as unknown } });
  expect(made()).toEqual([]);
});

test.each<[string, Partial<ToldMirror>, string]>([
  ['mid-transfer', { transfer: RUNNING }, 'operation-in-progress'],
  ['when it was broken off', { state: 'broken_off' }, 'not-supported']
])('it is refused %s', async (_, parts, type) => {
  tells(sampleTold(parts));
  await expect(train()).rejects.toMatchObject({ problem: { type: expect.stringContaining(type) as unknown } });
  expect(made()).toEqual([]);
});

test('it is refused where ONTAP does not answer, though the mirror is still shown', async () => {
  await scene.service.list({});
  controller.answer = () => 'cut';
  await expect(train()).rejects.toMatchObject({ problem: { status: 503 } });
  expect(scene.index.all('mirror')).toHaveLength(1);
  expect(made()).toEqual([]);
});

test.each<[string, Partial<ToldMirror>]>([
  ['other data arrives', { data: NEWER }],
  ['a transfer begins', { transfer: RUNNING }]
])('where %s while the snapshot is made, it is not cloned, and that is said', async (_, parts) => {
  completes(() => tells(sampleTold(parts)));
  await expect(train()).rejects.toThrow('while the snapshot made-1 was made');
  expect(made()).toEqual(['createSnapshot']);
});

test('where ONTAP was not asked after the snapshot, nobody claims that nothing arrived', async () => {
  const before = new Date(Date.now() - 4_000).toISOString();
  completes(() => tells(sampleTold(), before));
  await expect(train()).rejects.toThrow('isn’t known yet');
  tells(sampleTold());
  expect(made()).toEqual(['createSnapshot']);
});

test('after a promotion the snapshot is not said to be what arrived', async () => {
  completes();
  controller.answer = () => ({ status: 200, body: sampleAnswer([]) });
  scene.trident.tell(
    sampleMirror({ state: 'promoted', data: { known: false, reason: 'Not told.', snapshot: 'snapmirror.1' } })
  );
  const { exported, pin } = await scene.service.train('sales', wanted({ uid: 'mirror-uid' }), KEY);
  expect(exported).toBeNull();
  expect(pin?.snapshots[0]).not.toHaveProperty('exported');
  expect(made()).toEqual(['createSnapshot', 'createClone']);
});

test('where the clone is not mounted, runs of the kernel are not said to read it', async () => {
  completes();
  scene.provider.createClone = async () => sampleClone({ path: null, browsePath: null });
  expect((await train()).pin?.snapshots).toMatchObject([{ snapshot: 'made-1', relation: 'before-run' }]);
});

test('a snapshot that is not complete in time, or fails, is not cloned', async () => {
  await expect(train()).rejects.toThrow('takes longer than is waited for');
  expect(made()).toEqual(['createSnapshot']);
  const failing = train({}, null);
  await until(() => scene.index.get('snapshot', 'made-2') !== undefined);
  const { problem } = new ProblemError('storage-failed', { detail: 'No space.', next: 'Ask.' });
  const failed = { phase: 'failed', at: READY.at, problem } as const;
  const snapshot = scene.index.get('snapshot', 'made-2');
  expect(snapshot).toBeDefined();
  scene.index.upsert({ ...(snapshot ?? sampleSnapshot()), state: failed });
  await expect(failing).rejects.toThrow('No space.');
});

test('where the clone is refused, the snapshot that stays is named', async () => {
  completes();
  scene.provider.before = call => {
    if (call === 'createClone') {
      throw new ProblemError('already-exists', {
        detail: 'home.sweep-12 exists already.',
        next: 'Choose another name.'
      });
    }
  };
  await expect(train()).rejects.toThrow('home.sweep-12 exists already. The snapshot made-1 was made and stays.');
});

test('that nothing could be pinned is said beside the clone; without a kernel nothing is tried', async () => {
  completes();
  expect(await train({ kernel: 'gone' })).toMatchObject({
    clone: { name: 'sweep-12' },
    pin: null,
    problem: { detail: expect.stringContaining('The kernel does not run') as unknown }
  });
  expect(await train({ kernel: null }, null)).toMatchObject({ pin: null, problem: null });
});
