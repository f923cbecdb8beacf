/** Restores as a client sees them: plan, approve, observe, undo, cancel, refusals, and what a start makes of damage. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Restore } from '../../../../../contract';
import type { Faults } from '../../../configuration';
import { inProcessRunner } from '../jobRunner';
import { readManifest, writeManifest } from '../manifest';
import type { LocalProvider } from '../provider';
import { writeJournal, writeProgress } from './journal';
import { PLAN_VALID_MS } from './localRestores';
import { HELD_MS } from './restoreRun';
import {
  restoreTo,
  startProvider,
  undo,
  until,
  untilOver,
  untilPlanned,
  untilRecovered
} from './testing/providerDriver';
import { TestVolume } from './testing/testVolume';

const NO_KEY = { operationKey: null };
const key = (operationKey: string): { operationKey: string } => ({ operationKey });
let volume: TestVolume;
let snapshot: string;
let started: LocalProvider[];

beforeEach(async () => {
  started = [];
  volume = new TestVolume();
  volume.write('report.txt', 'then');
  volume.write('data/gone.csv', '1,2,3,4,5');
  volume.write('same.txt', 'same');
  snapshot = await volume.snapshot();
  volume.write('report.txt', 'now, and longer');
  fs.rmSync(volume.path('data/gone.csv'));
  volume.write('data/new.csv', '6,7');
  volume.freeze();
});
afterEach(async () => {
  await Promise.all(started.map(provider => provider.stop()));
  volume.dispose();
});

async function open(faults?: Partial<Faults>): Promise<LocalProvider> {
  const provider = await startProvider({
    root: volume.root,
    runner: inProcessRunner,
    ...(faults === undefined ? {} : { faults: { slowMs: 0, ...faults } })
  });
  started.push(provider);
  return provider;
}

async function plan(provider: LocalProvider): Promise<Restore> {
  return untilPlanned(provider, await provider.planRestore(snapshot, null, NO_KEY));
}

const fail = (why: string): never => {
  throw new Error(why);
};

const problemOf = (slug: string, detail?: RegExp): unknown =>
  expect.objectContaining({
    problem: expect.objectContaining({
      type: expect.stringContaining(slug) as unknown,
      ...(detail === undefined ? {} : { detail: expect.stringMatching(detail) as unknown })
    }) as unknown
  });

it('plans without changing anything and counts what would change', async () => {
  const before = volume.text();
  const provider = await open();
  const asked = await provider.planRestore(snapshot, null, NO_KEY);
  expect(asked).toMatchObject({ phase: 'planning', plan: null, snapshot });
  const planned = await untilPlanned(provider, asked);
  expect(planned.plan).toMatchObject({
    changes: {
      known: true,
      reverted: { files: 1, bytes: 4 },
      returned: { files: 1, bytes: 9 },
      removed: { files: 1, bytes: 3 }
    },
    blockers: [],
    stopsServer: false,
    lastDurationMs: null
  });
  expect(volume.text()).toEqual(before);
});

it('restores, undoes, and undoes the undo', async () => {
  const before = volume.text();
  const provider = await open();
  const restore = await restoreTo(provider, snapshot);
  expect(restore).toMatchObject({ phase: 'succeeded', problem: null, kept: null, undo: { possible: true } });
  expect(restore.steps.map(step => [step.text, step.state])).toEqual([
    ['Keep home as it is now', 'done'],
    ['Make and check the restored files', 'done'],
    ['Put the files in place', 'done'],
    ['Check the result', 'done']
  ]);
  expect(restore.steps.every(step => step.durationMs !== null)).toBe(true);
  expect(volume.read('report.txt')).toBe('then');
  expect(fs.readdirSync(join(volume.store.restores, restore.id))).toEqual(['restore.json']);
  const after = volume.text();

  const back = await undo(provider, restore.id);
  expect(back).toMatchObject({ phase: 'succeeded', undoOf: restore.id, snapshot: restore.safetySnapshot });
  expect(volume.text()).toEqual(before);
  expect(await undo(provider, back.id)).toMatchObject({ phase: 'succeeded', undoOf: back.id });
  expect(volume.text()).toEqual(after);
});

it('holds the safety snapshot for 14 days and says what it is', async () => {
  const provider = await open();
  const { safetySnapshot, undo: way } = await restoreTo(provider, snapshot);
  const safety = provider.index.get('snapshot', safetySnapshot ?? '');
  expect(safety).toMatchObject({ origin: 'safety', restoredFrom: snapshot });
  expect(safety?.title).toMatch(/^Before restore to \d+ \w+,? \d\d:\d\d$/);
  const until = new Date(String(safety?.heldUntil)).getTime();
  expect(Math.abs(until - Date.now() - HELD_MS)).toBeLessThan(60_000);
  expect(way).toEqual({ possible: true, until: safety?.heldUntil });
});

it('plans an undo after new work, says what would go, and keeps that in turn', async () => {
  const provider = await open();
  const restore = await restoreTo(provider, snapshot);
  volume.write('later.txt', 'work done after the restore');
  const planned = await untilPlanned(provider, await provider.undoRestore(restore.id, NO_KEY));
  expect(planned.plan?.changes).toMatchObject({ removed: { files: 2, bytes: 27 + 9 } });
  await provider.approveRestore(planned.id, planned.uid);
  const undone = await untilOver(provider, planned.id);
  expect(fs.existsSync(volume.path('later.txt'))).toBe(false);
  await undo(provider, undone.id);
  expect(volume.read('later.txt')).toBe('work done after the restore');
});

it('says that a file which has no other content keeps it', async () => {
  fs.utimesSync(volume.path('same.txt'), 1_650_000_000, 1_650_000_000);
  const provider = await open();
  const { plan: made } = await plan(provider);
  expect(made?.changes).toMatchObject({ reverted: { files: 1 } });
  expect(made?.warnings).toContain('1 file keeps its content; only permissions, owner or time go back.');
});

it('names programs that have files open which would change', async () => {
  const { spawn } = await import('node:child_process');
  const reader = spawn('sleep', ['60'], { stdio: [fs.openSync(volume.path('report.txt'), 'r'), 'ignore', 'ignore'] });
  try {
    const provider = await open();
    const { plan: made } = await plan(provider);
    expect(made?.warnings.join('\n')).toMatch(
      new RegExp(`sleep \\(process ${String(reader.pid)}\\) has 1 file open that would change: report.txt`)
    );
  } finally {
    reader.kill();
  }
});

it('does nothing twice for one key', async () => {
  const provider = await open();
  const first = await provider.planRestore(snapshot, null, key('0123456789abcdef'));
  const second = await provider.planRestore(snapshot, null, key('0123456789abcdef'));
  expect(second.id).toBe(first.id);
  const planned = await untilPlanned(provider, first);
  await provider.approveRestore(planned.id, planned.uid);
  await provider.approveRestore(planned.id, planned.uid);
  expect(await untilOver(provider, first.id)).toMatchObject({ phase: 'succeeded' });
  expect(provider.index.all('snapshot').filter(one => one.origin === 'safety')).toHaveLength(1);
});

describe('refuses', () => {
  it('another uid than the one of the plan', async () => {
    const provider = await open();
    const planned = await plan(provider);
    await expect(provider.approveRestore(planned.id, 'another')).rejects.toEqual(problemOf('object-changed'));
  });

  it('a plan that is too old', async () => {
    const provider = await open();
    const planned = await plan(provider);
    const late = Date.now() + PLAN_VALID_MS + 60_000;
    jest.useFakeTimers({ now: late, doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout'] });
    try {
      await expect(provider.approveRestore(planned.id, planned.uid)).rejects.toEqual(problemOf('plan-expired'));
    } finally {
      jest.useRealTimers();
    }
    expect(volume.read('report.txt')).toBe('now, and longer');
  });

  it('while another change runs on the volume', async () => {
    const provider = await open({ slowMs: 20 });
    const planned = await plan(provider);
    const { id } = provider.index.all('volume')[0] ?? { id: '' };
    await provider.createSnapshot(id, { note: '', heldUntil: null, notebook: null }, NO_KEY);
    await expect(provider.approveRestore(planned.id, planned.uid)).rejects.toEqual(problemOf('operation-in-progress'));
  });

  it('a plan with too little room for the restored files, naming both sizes', async () => {
    const manifest = readManifest(volume.store.manifest(snapshot));
    const entry = manifest.entries.get('data/gone.csv') ?? fail('there is no such file');
    manifest.entries.set(entry.path, { ...entry, size: 2 ** 50 });
    writeManifest(volume.store.manifest(snapshot), manifest);
    const provider = await open();
    const planned = await plan(provider);
    expect(planned.plan?.blockers).toMatchObject([{ kind: 'disk-space', object: 'home' }]);
    await expect(provider.approveRestore(planned.id, planned.uid)).rejects.toEqual(
      problemOf('restore-blocked', /home has .* free, and the restored files need 1\.00 PiB/)
    );
  });

  it('a snapshot that is not there, a restore that is not there, and an undo of what changed nothing', async () => {
    const provider = await open();
    await expect(provider.planRestore('nothing', null, NO_KEY)).rejects.toEqual(problemOf('snapshot-not-found'));
    await expect(provider.approveRestore('nothing', 'x')).rejects.toEqual(problemOf('restore-not-found'));
    const planned = await plan(provider);
    await expect(provider.undoRestore(planned.id, NO_KEY)).rejects.toEqual(problemOf('nothing-to-undo'));
  });

  it('an undo whose safety snapshot was deleted, and shows that beforehand', async () => {
    const provider = await open();
    const restore = await restoreTo(provider, snapshot);
    const name = restore.safetySnapshot ?? '';
    const { uid } = provider.index.get('snapshot', name) ?? { uid: '' };
    await provider.updateSnapshot(name, { uid, heldUntil: null });
    await provider.deleteSnapshot(name, uid);
    const gone = await until(provider, () => {
      const now = provider.index.get('restore', restore.id);
      return now?.undo.possible === false ? now : null;
    });
    expect(gone.undo).toEqual({ possible: false, reason: 'The safety snapshot was deleted.' });
    await expect(provider.undoRestore(restore.id, NO_KEY)).rejects.toEqual(problemOf('nothing-to-undo'));
  });
});

it('can be cancelled until files change, and then has changed nothing', async () => {
  const before = volume.text();
  const provider = await open({ slowMs: 50 });
  const planned = await plan(provider);
  await provider.approveRestore(planned.id, planned.uid);
  await until(provider, () => (provider.index.get('restore', planned.id)?.phase === 'preparing' ? true : null));
  const running = provider.index.all('operation').find(one => one.state === 'running');
  expect(running).toMatchObject({ verb: 'restore', cancel: { available: true } });
  await provider.cancelOperation(running?.id ?? '');
  expect(await untilOver(provider, planned.id)).toMatchObject({ phase: 'cancelled', undo: { possible: false } });
  expect(volume.text()).toEqual(before);
  expect(fs.readdirSync(join(volume.store.restores, planned.id))).toEqual(['restore.json']);
});

it('can’t be cancelled while files are put in place', async () => {
  const provider = await open({ slowMs: 20 });
  const planned = await plan(provider);
  await provider.approveRestore(planned.id, planned.uid);
  await until(provider, () => (provider.index.get('restore', planned.id)?.phase === 'restoring' ? true : null));
  const running = provider.index.all('operation').find(one => one.state === 'running');
  await expect(provider.cancelOperation(running?.id ?? '')).rejects.toEqual(
    problemOf('not-cancellable', /Undo it when it is done/)
  );
  expect(await untilOver(provider, planned.id)).toMatchObject({ phase: 'succeeded' });
});

it.each([
  ['restore:stage', 'ENOSPC', 'failed', 'disk-full', /Nothing was changed/],
  ['restore:swap', 'EIO', 'rolled-back', 'internal', /Your data is as before/],
  ['restore:swap', 'ENOSPC', 'rolled-back', 'disk-full', /Your data is as before/],
  ['restore:verify', 'EIO', 'rolled-back', 'verification-failed', /failed its check.*Your data is as before/]
])('ends well when %s fails with %s', async (step, code, phase, slug, words) => {
  const before = volume.text();
  const provider = await open({ fail: { step, code, times: 1 } });
  const restore = await restoreTo(provider, snapshot);
  expect(restore).toMatchObject({ phase, undo: { possible: false } });
  expect(restore.problem?.type).toContain(slug);
  expect(restore.problem?.detail).toMatch(words);
  expect(volume.text()).toEqual(before);
  expect(provider.index.get('snapshot', restore.safetySnapshot ?? '')).toMatchObject({ heldUntil: null });
});

it('goes on with a restore of a stopped server at the next start', async () => {
  const provider = await open({ slowMs: 20 });
  const planned = await plan(provider);
  await provider.approveRestore(planned.id, planned.uid);
  await until(provider, () => (provider.index.get('restore', planned.id)?.phase === 'restoring' ? true : null));
  await provider.stop();
  const [restore] = await untilRecovered(await open());
  expect(restore).toMatchObject({ id: planned.id, phase: 'succeeded' });
  expect(volume.read('report.txt')).toBe('then');
});

describe('with damaged files of its own', () => {
  async function stopMidway(): Promise<string> {
    const provider = await open({ slowMs: 20 });
    const planned = await plan(provider);
    await provider.approveRestore(planned.id, planned.uid);
    await until(provider, () => (provider.index.get('restore', planned.id)?.phase === 'restoring' ? true : null));
    await provider.stop();
    return join(volume.store.restores, planned.id);
  }

  it('finishes from the journal a restore whose record can’t be read, and reports it', async () => {
    const directory = await stopMidway();
    fs.writeFileSync(join(directory, 'restore.json'), '{"format": 1, "half');
    const provider = await open();
    const [restore] = await untilRecovered(provider);
    expect(restore).toMatchObject({ phase: 'succeeded', undo: { possible: true } });
    expect(volume.read('report.txt')).toBe('then');
    expect(provider.notices()).toMatchObject([{ code: 'store-corrupt' }]);
    await undo(provider, restore?.id ?? '');
    expect(volume.read('report.txt')).toBe('now, and longer');
  });

  it('says so when the journal can’t be read, and the safety snapshot brings everything back', async () => {
    const before = volume.text();
    const directory = await stopMidway();
    fs.truncateSync(join(directory, 'journal.jsonl'), 200);
    const provider = await open();
    const [restore] = await untilRecovered(provider);
    expect(restore).toMatchObject({ phase: 'failed', undo: { possible: true } });
    expect(restore?.problem?.type).toContain('store-corrupt');
    await undo(provider, restore?.id ?? '');
    expect(volume.text()).toEqual(before);
  });

  it('quarantines the record of a finished restore and goes on working', async () => {
    const first = await open();
    const { id } = await restoreTo(first, snapshot);
    await first.stop();
    fs.writeFileSync(join(volume.store.restores, id, 'restore.json'), 'x');
    const provider = await open();
    expect(provider.notices()).toMatchObject([{ code: 'store-corrupt', object: id }]);
    expect(provider.index.get('restore', id)).toBeUndefined();
    expect(await restoreTo(provider, snapshot)).toMatchObject({ phase: 'succeeded' });
  });

  it('does not act on a journal that leads out of the volume', async () => {
    const directory = await stopMidway();
    const entry = {
      path: '../outside.txt',
      type: 'file' as const,
      mode: 0o644,
      uid: 0,
      gid: 0,
      size: 0,
      mtimeNs: 0n,
      ctimeNs: 0n,
      dev: 0n,
      ino: 0n
    };
    const header = { id: 'x', snapshot, safetySnapshot: snapshot, keptFolder: 'kept-by-restore-x' };
    writeJournal(directory, header, [{ kind: 'remove', path: '../outside.txt', before: entry }], new Map());
    writeProgress(directory, {
      stage: 'forward',
      failure: null,
      asBefore: false,
      left: [],
      changedMeanwhile: [],
      unsettled: [],
      kept: []
    });
    const outside = join(volume.root, '..', 'outside.txt');
    fs.writeFileSync(outside, 'of somebody else');
    try {
      const [restore] = await untilRecovered(await open());
      expect(restore?.problem?.type).toContain('store-corrupt');
      expect(fs.readFileSync(outside, 'utf8')).toBe('of somebody else');
    } finally {
      fs.rmSync(outside);
    }
  });
});
