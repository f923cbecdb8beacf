/** Restores that are cancelled, fail or are stopped, and what a start makes of them, damaged records included. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { writeJournal, writeProgress } from './journal';
import { restoreTo, undo, untilOver, untilRecovered } from './testing/providerDriver';
import { problemOf, RestoreScene } from './testing/restoreScene';
import type { TestVolume } from './testing/testVolume';

let scene: RestoreScene;
let volume: TestVolume;
let snapshot: string;

beforeEach(async () => {
  scene = await RestoreScene.make();
  ({ volume, snapshot } = scene);
});
afterEach(() => scene.dispose());

it('can be cancelled until files change, and then has changed nothing', async () => {
  const before = volume.text();
  const provider = await scene.open({ slowMs: 50 });
  const planned = await scene.runTo('preparing', provider);
  const running = provider.index.all('operation').find(one => one.state === 'running');
  expect(running).toMatchObject({ verb: 'restore', cancel: { available: true } });
  await provider.cancelOperation(running?.id ?? '');
  expect(await untilOver(provider, planned.id)).toMatchObject({ phase: 'cancelled', undo: { possible: false } });
  expect(volume.text()).toEqual(before);
  expect(fs.readdirSync(join(volume.store.restores, planned.id))).toEqual(['restore.json']);
});

it('can’t be cancelled while files are put in place', async () => {
  const provider = await scene.open({ slowMs: 20 });
  const planned = await scene.runTo('restoring', provider);
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
  const provider = await scene.open({ fail: { step, code, times: 1 } });
  const restore = await restoreTo(provider, snapshot);
  expect(restore).toMatchObject({ phase, undo: { possible: false } });
  expect(restore.problem?.type).toContain(slug);
  expect(restore.problem?.detail).toMatch(words);
  expect(volume.text()).toEqual(before);
  expect(provider.index.get('snapshot', restore.safetySnapshot ?? '')).toMatchObject({ heldUntil: null });
});

it('goes on with a restore of a stopped server at the next start', async () => {
  const provider = await scene.open({ slowMs: 20 });
  const planned = await scene.runTo('restoring', provider);
  await provider.stop();
  const [restore] = await untilRecovered(await scene.open());
  expect(restore).toMatchObject({ id: planned.id, phase: 'succeeded' });
  expect(volume.read('report.txt')).toBe('then');
});

describe('with damaged files of its own', () => {
  async function stopMidway(): Promise<string> {
    const provider = await scene.open({ slowMs: 20 });
    const planned = await scene.runTo('restoring', provider);
    await provider.stop();
    return join(volume.store.restores, planned.id);
  }

  it('finishes from the journal a restore whose record can’t be read, and reports it', async () => {
    const directory = await stopMidway();
    fs.writeFileSync(join(directory, 'restore.json'), '{"format": 1, "half');
    const provider = await scene.open();
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
    const provider = await scene.open();
    const [restore] = await untilRecovered(provider);
    expect(restore).toMatchObject({ phase: 'failed', undo: { possible: true } });
    expect(restore?.problem?.type).toContain('store-corrupt');
    await undo(provider, restore?.id ?? '');
    expect(volume.text()).toEqual(before);
  });

  it('quarantines the record of a finished restore and goes on working', async () => {
    const first = await scene.open();
    const { id } = await restoreTo(first, snapshot);
    await first.stop();
    fs.writeFileSync(join(volume.store.restores, id, 'restore.json'), 'x');
    const provider = await scene.open();
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
      const [restore] = await untilRecovered(await scene.open());
      expect(restore?.problem?.type).toContain('store-corrupt');
      expect(fs.readFileSync(outside, 'utf8')).toBe('of somebody else');
    } finally {
      fs.rmSync(outside);
    }
  });
});
