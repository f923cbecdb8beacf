import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clone, Platform } from '../../../../contract';
import { ProblemError } from '../../problemError';
import { MemoryProvider } from '../../testing/memoryProvider';
import { sampleClone, sampleSnapshot, sampleVolume } from '../../testing/sampleObjects';
import { describeRun } from '../describeRun';
import { Run } from '../mlflow/mlflowAnswers';
import { reproductionsOf } from './reproductionFile';
import { ReproductionService } from './reproductionService';

const RUN = Run.parse({ info: { run_id: 'abcdef0123', run_name: 'train', experiment_id: '0' } });
const SNAPSHOT = sampleSnapshot();
const FOUND = {
  run: RUN,
  described: describeRun(RUN, [], 'http://mlflow'),
  version: null,
  snapshots: [
    {
      link: {
        ...{ volume: 'claim-ann', snapshot: SNAPSHOT.name, uid: SNAPSHOT.uid, namespace: 'ann', cluster: 'prod' },
        ...{ time: SNAPSHOT.createdAt, relation: 'exact' as const }
      },
      now: { state: 'exists' as const, snapshot: SNAPSHOT.name },
      snapshot: SNAPSHOT
    }
  ]
};

/** On a cluster: a clone is no folder of this server. */
class ElsewhereProvider extends MemoryProvider {
  platform(): Platform {
    const links = { servers: null, spawn: null, create: null, mount: '/hub/spawn/ann/{server}?clone={clone}' };
    return { kind: 'jupyterhub', label: 'JupyterHub', user: 'ann', server: null, namespace: 'hub', pod: null, links };
  }
}

let provider: ElsewhereProvider;
let service: ReproductionService;

beforeEach(() => {
  provider = new ElsewhereProvider();
  provider.index.upsert(sampleVolume());
  provider.index.upsert(SNAPSHOT);
  service = new ReproductionService({ provider, lineage: { data: () => Promise.resolve(FOUND) }, mlflow: null });
});

const made = (parts: Partial<Clone>): void => {
  provider.index.upsert(sampleClone({ id: 'home.repro-abcdef01', name: 'repro-abcdef01', path: null, ...parts }));
};

const request = { of: 'abcdef0123', data: [] };
const goesOn = { ...request, name: 'repro-abcdef01' };

test('a plan clones nothing', async () => {
  expect(await service.plan({ of: 'abcdef0123' })).toMatchObject({ possible: true });
  expect(provider.calls.filter(([call]) => call === 'createClone')).toEqual([]);
});

test('the snapshot is cloned once, and a clone that is made is not taken for one that is ready', async () => {
  const begun = await service.make(request, 'key-of-the-request');
  expect(begun).toMatchObject({ name: 'repro-abcdef01', outcome: { state: 'cloning' } });
  expect(provider.calls.filter(([call]) => call === 'createClone')).toEqual([
    [
      'createClone',
      { snapshot: SNAPSHOT.name },
      { name: 'repro-abcdef01' },
      { operationKey: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown }
    ]
  ]);
  made({ state: { phase: 'pending', since: SNAPSHOT.createdAt, message: 'Copying' } });
  expect((await service.make(goesOn, null)).outcome).toEqual({ state: 'cloning', message: 'repro-abcdef01: Copying' });
  expect(provider.calls.filter(([call]) => call === 'createClone')).toHaveLength(1);
});

test('a clone that waits for its first pod, and one that is not mounted, lead to a server that has it', async () => {
  for (const state of [
    { phase: 'pending', since: SNAPSHOT.createdAt, message: '', awaitsUse: true },
    { phase: 'ready', at: SNAPSHOT.createdAt }
  ] as const) {
    made({ state });
    expect((await service.make(goesOn, null)).outcome).toMatchObject({
      state: 'mount',
      server: '/hub/spawn/ann/repro-abcdef01?clone=home.repro-abcdef01',
      message: expect.stringContaining('and there: datamark reproduce abcdef0123.') as unknown
    });
  }
});

test('in a server that was started with the clone the notebook is written from it, and nothing is cloned', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'datamark-'));
  try {
    const [home, clone] = [join(folder, 'home'), join(folder, 'clone')];
    await Promise.all([home, clone].map(one => mkdir(one)));
    const cells = [{ cell_type: 'code', id: 'a', metadata: {}, outputs: [], execution_count: null, source: 'x = 1' }];
    await writeFile(
      join(clone, 'train.ipynb'),
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells })
    );
    // Its home is another one, and the snapshot is none of its volumes’.
    const there = new ElsewhereProvider();
    const { name, uid, createdAt } = SNAPSHOT;
    const cloneOf = { name, uid, volume: 'claim-ann', label: 'before', createdAt };
    there.index.upsert(sampleVolume({ id: 'claim-ann--repro', mountPath: home, browsePath: '' }));
    there.index.upsert(
      sampleVolume({
        id: 'claim-ann.repro-abcdef01',
        name: 'repro',
        role: 'data',
        mountPath: clone,
        browsePath: null,
        cloneOf
      })
    );
    const [one] = FOUND.snapshots;
    const now = { state: 'unknown' as const, message: 'claim-ann is no volume of this server.' };
    const found = { ...FOUND, snapshots: one === undefined ? [] : [{ ...one, now, snapshot: null }] };
    const lineage = { data: () => Promise.resolve(found) };
    const other = new ReproductionService({ provider: there, lineage, mlflow: null });

    const { outcome, plan } = await other.make({ ...request, notebook: 'train.ipynb' }, null);

    expect(plan).toMatchObject({ possible: true, notebook: { path: 'train.ipynb', volume: 'claim-ann' } });
    const browsePath = 'datamark-reproductions/repro-abcdef01/train.ipynb';
    expect(outcome).toMatchObject({ state: 'written', path: join(home, browsePath), browsePath });
    const text = await readFile(join(home, browsePath), 'utf8');
    // It is a clone of the very snapshot, so that its runs say which data they read.
    expect(text).toContain(`Data of claim-ann: ${clone}, a clone of ${SNAPSHOT.name}`);
    expect(text).toContain('datamark.github.io/snapshot-uid');
    expect(there.calls.filter(([call]) => call === 'createClone')).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a clone of another snapshot under the same name is not taken', async () => {
  made({ source: { ...sampleClone().source, createdAt: '2020-01-01T00:00:00Z' } });
  await service.make(goesOn, null);
  expect(provider.calls.filter(([call]) => call === 'createClone')).toHaveLength(1);
  // A new one gets a name of its own.
  expect((await service.make(request, null)).name).toBe('repro-abcdef01-2');
});

test('a clone that failed is told with its reason', async () => {
  const problem = { type: 't', title: 'The disk is full', status: 507, detail: 'd', next: 'n', object: null };
  made({ state: { phase: 'failed', at: SNAPSHOT.createdAt, problem } });
  expect((await service.make(goesOn, null)).outcome).toEqual({ state: 'failed', problem });
});

test('a snapshot that is not here is never replaced by another one', async () => {
  const now = { state: 'other-uid' as const, snapshot: SNAPSHOT.name, message: 'This is NOT the data of the run.' };
  const [one] = FOUND.snapshots;
  const lineage = {
    data: () => Promise.resolve({ ...FOUND, snapshots: one === undefined ? [] : [{ ...one, now, snapshot: null }] })
  };
  const other = new ReproductionService({ provider, lineage, mlflow: null });
  await expect(other.make(request, null)).rejects.toMatchObject({ problem: { status: 409, detail: now.message } });
  expect(provider.calls.filter(([call]) => call === 'createClone')).toEqual([]);
});

/** Where the second volume can't be cloned. */
class FullProvider extends ElsewhereProvider {
  override createClone(...words: Parameters<MemoryProvider['createClone']>): Promise<Clone> {
    const [from] = words;
    if ('snapshot' in from && from.snapshot === 'data.1') {
      throw new ProblemError('disk-full', { detail: 'The quota is used up.', next: 'Ask for more.' });
    }
    return super.createClone(...words);
  }
}

test('where the second of two clones can’t be made, the first is named, and is not made again', async () => {
  const other = sampleSnapshot({ name: 'data.1', uid: 'u-data', volume: 'data' });
  const full = new FullProvider();
  full.index.upsert(sampleVolume());
  [SNAPSHOT, other].forEach(one => full.index.upsert(one));
  const both = [SNAPSHOT, other].map(snapshot => ({
    ...(FOUND.snapshots[0] as (typeof FOUND.snapshots)[number]),
    now: { state: 'exists' as const, snapshot: snapshot.name },
    snapshot
  }));
  const lineage = { data: () => Promise.resolve({ ...FOUND, snapshots: both }) };
  const two = new ReproductionService({ provider: full, lineage, mlflow: null });

  const { name, outcome, clones } = await two.make(request, null);

  expect(outcome).toMatchObject({
    state: 'failed',
    problem: { detail: 'The quota is used up.', next: `Ask for more. Then go on with --name ${name}.` }
  });
  expect(clones.map(one => one.name)).toEqual([name]);
  clones.forEach(one =>
    full.index.upsert({ ...one, source: { ...one.source, name: SNAPSHOT.name, createdAt: SNAPSHOT.createdAt } })
  );
  expect((await two.make({ ...request, name }, null)).clones.map(({ uid }) => uid)).toEqual(
    clones.map(({ uid }) => uid)
  );
  expect(full.calls.filter(([call]) => call === 'createClone')).toHaveLength(1);
});

test('a new reproduction takes no name whose notebook is still there, though its clone is gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'datamark-'));
  try {
    provider.index.upsert(sampleVolume({ mountPath: folder }));
    await mkdir(join(folder, 'datamark-clones', 'repro-abcdef01.reproduction'), { recursive: true });
    await mkdir(join(folder, 'datamark-reproductions', 'repro-abcdef01-2'), { recursive: true });
    expect((await service.make(request, null)).name).toBe('repro-abcdef01-3');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what stays of a reproduction when its clone is deleted is said before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'datamark-'));
  try {
    const beside = join(folder, 'datamark-clones', 'sweep.reproduction');
    const own = join(folder, 'datamark-reproductions', 'sweep');
    await Promise.all([beside, own].map(one => mkdir(one, { recursive: true })));
    const clone = { name: 'sweep', path: join(folder, 'datamark-clones', 'sweep') };
    expect(await reproductionsOf(clone, [{ mountPath: folder }])).toEqual([]);
    await Promise.all([beside, own].map(one => writeFile(join(one, 'train.ipynb'), '{}')));
    expect(await reproductionsOf(clone, [{ mountPath: folder }])).toEqual([beside, own]);
    expect(await reproductionsOf({ ...clone, path: null }, [{ mountPath: folder }])).toEqual([own]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  ['mlflow.source.name', 'bin/train.py', '', 'bin/train.py'],
  ['datamark.github.io/notebook', 'bin/train.ipynb', 'bin', null]
])('what %s calls %s runs in the folder “%s” of the clone', async (tag, told, folder, argument) => {
  const root = await mkdtemp(join(tmpdir(), 'datamark-'));
  try {
    await mkdir(join(root, 'clone', 'bin'), { recursive: true });
    const cells = [{ cell_type: 'code', metadata: {}, source: 'x = 1' }];
    await writeFile(join(root, 'clone', told), told.endsWith('.py') ? 'x = 1' : JSON.stringify({ nbformat: 4, cells }));
    provider.index.upsert(sampleVolume({ mountPath: root, browsePath: '' }));
    made({ path: join(root, 'clone'), browsePath: 'clone', state: { phase: 'ready', at: SNAPSHOT.createdAt } });
    const run = Run.parse({ info: RUN.info, data: { tags: [{ key: tag, value: told }] } });
    const lineage = { data: () => Promise.resolve({ ...FOUND, run }) };
    const other = new ReproductionService({ provider, lineage, mlflow: null });

    const { outcome } = await other.make(goesOn, null);

    const place = join(root, 'clone', folder).replace(/\/$/, '');
    expect(outcome).toMatchObject({ state: 'written', browsePath: 'clone.reproduction/train.ipynb' });
    const { substitutions, path } = outcome as Extract<typeof outcome, { state: 'written' }>;
    expect(substitutions[0]).toBe(`It runs in ${place}, so that paths without a beginning lead to the clone.`);
    expect(substitutions.join().includes('In which folder the script was run')).toBe(argument !== null);
    const text = await readFile(path, 'utf8');
    expect(text.includes('_sys.argv')).toBe(argument !== null);
    expect(text.includes(JSON.stringify(`_sys.argv = ["${argument ?? ''}"]`).slice(1, -1))).toBe(argument !== null);
  } finally {
    await rm(root, { recursive: true });
  }
});
