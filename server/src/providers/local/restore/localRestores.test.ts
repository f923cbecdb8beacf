/** Restores as a client sees them: planned, approved, observed and undone. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { HELD_MS } from './restoreRun';
import { restoreTo, undo, untilOver, untilPlanned } from './testing/providerDriver';
import { NO_KEY, RestoreScene } from './testing/restoreScene';
import type { TestVolume } from './testing/testVolume';

let scene: RestoreScene;
let volume: TestVolume;
let snapshot: string;

beforeEach(async () => {
  scene = await RestoreScene.make();
  ({ volume, snapshot } = scene);
});
afterEach(() => scene.dispose());

const key = (operationKey: string): { operationKey: string } => ({ operationKey });

it('plans without changing anything and counts what would change', async () => {
  const before = volume.text();
  const provider = await scene.open();
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
  const provider = await scene.open();
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
  const provider = await scene.open();
  const { safetySnapshot, undo: way } = await restoreTo(provider, snapshot);
  const safety = provider.index.get('snapshot', safetySnapshot ?? '');
  expect(safety).toMatchObject({ origin: 'safety', restoredFrom: snapshot });
  expect(safety?.title).toMatch(/^Before restore to \d+ \w+,? \d\d:\d\d$/);
  const until = new Date(String(safety?.heldUntil)).getTime();
  expect(Math.abs(until - Date.now() - HELD_MS)).toBeLessThan(60_000);
  expect(way).toEqual({ possible: true, until: safety?.heldUntil });
});

it('plans an undo after new work, says what would go, and keeps that in turn', async () => {
  const provider = await scene.open();
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
  const provider = await scene.open();
  const { plan: made } = await scene.plan(provider);
  expect(made?.changes).toMatchObject({ reverted: { files: 1 } });
  expect(made?.warnings).toContain('1 file keeps its content; only permissions, owner or time go back.');
});

it('names programs that have files open which would change', async () => {
  const { spawn } = await import('node:child_process');
  const reader = spawn('sleep', ['60'], { stdio: [fs.openSync(volume.path('report.txt'), 'r'), 'ignore', 'ignore'] });
  try {
    const provider = await scene.open();
    const { plan: made } = await scene.plan(provider);
    expect(made?.warnings.join('\n')).toMatch(
      new RegExp(`sleep \\(process ${String(reader.pid)}\\) has 1 file open that would change: report.txt`)
    );
  } finally {
    reader.kill();
  }
});

it('does nothing twice for one key', async () => {
  const provider = await scene.open();
  const first = await provider.planRestore(snapshot, null, key('0123456789abcdef'));
  const second = await provider.planRestore(snapshot, null, key('0123456789abcdef'));
  expect(second.id).toBe(first.id);
  const planned = await untilPlanned(provider, first);
  await provider.approveRestore(planned.id, planned.uid);
  await provider.approveRestore(planned.id, planned.uid);
  expect(await untilOver(provider, first.id)).toMatchObject({ phase: 'succeeded' });
  expect(provider.index.all('snapshot').filter(one => one.origin === 'safety')).toHaveLength(1);
});
