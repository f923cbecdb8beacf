/** Chosen files brought back beside what is there, as a client sees it. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Restore } from '../../../../../contract';
import type { LocalProvider } from '../provider';
import { untilOver, untilPlanned, untilRecovered } from './testing/providerDriver';
import { NO_KEY, problemOf, RestoreScene } from './testing/restoreScene';

let scene: RestoreScene;

beforeEach(async () => {
  scene = await RestoreScene.make();
});
afterEach(() => scene.dispose());

const plan = async (provider: LocalProvider, paths: readonly string[]): Promise<Restore> =>
  untilPlanned(provider, await provider.planRestore(scene.snapshot, null, NO_KEY, { strategy: 'files', paths }));

async function carryOut(provider: LocalProvider, paths: readonly string[]): Promise<Restore> {
  const { id, uid } = await plan(provider, paths);
  await provider.approveRestore(id, uid);
  return untilOver(provider, id);
}

/** What the volume holds beside the folders of restored files. */
const others = (): unknown =>
  Object.fromEntries(Object.entries(scene.volume.text()).filter(([path]) => !path.startsWith('restored-')));
const folders = (): string[] => fs.readdirSync(scene.volume.root).filter(name => name.startsWith('restored-'));

it('plans what is written where, and that nothing is replaced', async () => {
  const restore = await plan(await scene.open(), ['report.txt', 'data']);

  expect(restore).toMatchObject({ phase: 'planned', strategy: 'files', paths: ['report.txt', 'data'] });
  expect(restore.plan).toMatchObject({ blockers: [], warnings: [], stopsServer: false });
  expect(restore.plan?.changes).toEqual({
    known: false,
    reason: `Nothing is replaced: 2 files (13 B) are written to ${restore.target}.`
  });
  expect(folders()).toEqual([]);
});

it('writes chosen files and folders beside, and touches nothing else', async () => {
  const before = others();

  const restore = await carryOut(await scene.open(), ['report.txt', 'data/gone.csv']);

  expect(restore).toMatchObject({ phase: 'succeeded', safetySnapshot: null, problem: null });
  expect(restore.message).toContain(restore.target);
  const folder = join(scene.volume.root, restore.target ?? '');
  expect(fs.readFileSync(join(folder, 'report.txt'), 'utf8')).toBe('then');
  expect(fs.readFileSync(join(folder, 'data/gone.csv'), 'utf8')).toBe('1,2,3,4,5');
  expect(fs.readdirSync(folder).sort()).toEqual(['data', 'report.txt']);
  expect(others()).toEqual(before);
  expect(restore.undo).toEqual({
    possible: false,
    reason: 'Nothing was replaced. Delete the folder if you don’t need it.'
  });
  expect(restore.steps.map(({ state }) => state)).toEqual(['done', 'done']);
  // What was brought back can be written to, though the snapshot can't.
  fs.writeFileSync(join(folder, 'report.txt'), 'mine');
  expect(fs.statSync(join(folder, 'report.txt')).nlink).toBe(1);
});

it('is blocked by a path that the snapshot does not have', async () => {
  const provider = await scene.open();

  const { id, uid, plan: made } = await plan(provider, ['report.txt', 'data/new.csv', 'report']);

  expect(made?.blockers.map(({ kind, object }) => [kind, object])).toEqual([
    ['path', 'data/new.csv'],
    ['path', 'report']
  ]);
  await expect(provider.approveRestore(id, uid)).rejects.toEqual(problemOf('restore-blocked'));
});

it('never writes into a folder that somebody made meanwhile', async () => {
  const provider = await scene.open();
  const { id, uid, target } = await plan(provider, ['report.txt']);
  fs.mkdirSync(join(scene.volume.root, target ?? ''));

  await provider.approveRestore(id, uid);
  const restore = await untilOver(provider, id);

  expect(restore).toMatchObject({ phase: 'failed', problem: { status: 409 } });
  expect(fs.readdirSync(join(scene.volume.root, target ?? ''))).toEqual([]);
});

it.each(['files:begin', 'files:copying', 'files:copied'])('stopped at %s it has written nothing', async step => {
  for (let number = 0; number < 300; number += 1) {
    scene.volume.write(`many/${number}.txt`, `${number}`);
  }
  const snapshot = await scene.volume.snapshot();
  const provider = await scene.open({ fail: { step, code: 'EIO', times: 1 } });
  const asked = await provider.planRestore(snapshot, null, NO_KEY, { strategy: 'files', paths: ['many'] });
  const { id, uid } = await untilPlanned(provider, asked);

  await provider.approveRestore(id, uid);
  const restore = await untilOver(provider, id);

  expect(restore.phase).toBe('failed');
  expect(restore.message).toContain('Nothing was changed');
  expect(folders()).toEqual([]);
  expect(fs.readdirSync(join(scene.volume.store.restores, id))).toEqual(['restore.json']);
});

it.each(['files:place', 'files:placed'])('stopped at %s the next start finishes it', async step => {
  const provider = await scene.open({ fail: { step, code: 'EIO', times: 1 } });
  const { id, uid } = await plan(provider, ['report.txt']);
  await provider.approveRestore(id, uid);
  await untilFailed(provider, id);
  await provider.stop();

  const [restore] = await untilRecovered(await scene.open());

  expect(restore).toMatchObject({ id, phase: 'succeeded' });
  expect(folders()).toEqual([restore?.target]);
  expect(scene.volume.read(`${restore?.target ?? ''}/report.txt`)).toBe('then');
});

/** The operation ended in this process, the restore did not. */
async function untilFailed(provider: LocalProvider, id: string): Promise<void> {
  await new Promise<void>(resolve => {
    const look = (): void => {
      if (provider.index.all('operation').some(one => one.object.name === id && one.state === 'failed')) {
        unsubscribe();
        resolve();
      }
    };
    const unsubscribe = provider.index.subscribe(look);
    look();
  });
}

it('still refuses what a directory can’t do', async () => {
  const provider = await scene.open();

  await expect(provider.planRestore(scene.snapshot, null, NO_KEY, { strategy: 'swap' })).rejects.toEqual(
    problemOf('not-supported', /whole or by files, not by swap/)
  );
});
