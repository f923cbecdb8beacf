/** Restores of files straight from a visible snapshot: planned, approved, cancelled, and what was found to change. */
import * as fs from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operation, Restore, RestoreChanges, Snapshot } from '../../../../../contract';
import { ObservedIndex } from '../../../observed/observedIndex';
import { memoryLog } from '../../../testing/testSidecar';
import { until } from '../../../testing/until';
import { untilIndexed } from '../../../testing/untilIndexed';
import type { Claims } from '../volumes/claims';
import { DIRECTORY } from './openVisibleSnapshot';
import { VisibleChanges } from './visibleChanges';
import { VisibleRestores } from './visibleRestores';

let directory: string;
let shown: string;
let home: string;
let index: ObservedIndex;
let restores: VisibleRestores;
let isVisible: boolean;
let told: Operation[];

const snapshot = { name: 'home.before', uid: 'uid-of-it', volume: 'home', volumeName: 'Home', title: null } as Snapshot;

beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'datamark-shown-'));
  [shown, home] = [join(directory, 'shown'), join(directory, 'home')];
  fs.mkdirSync(join(shown, 'work'), { recursive: true });
  fs.mkdirSync(home);
  fs.writeFileSync(join(shown, 'work/file'), 'old');
  fs.writeFileSync(join(shown, 'gone'), 'gone');
  fs.cpSync(join(shown, 'work'), join(home, 'work'), { recursive: true });
  fs.writeFileSync(join(home, 'work/file'), 'newer');
  fs.writeFileSync(join(home, 'added'), '12');
  index = new ObservedIndex();
  isVisible = true;
  told = [];
  const get = (): unknown => ({ volume: { mountPath: home } });
  restores = new VisibleRestores({
    services: { index, user: 'ann', log: memoryLog([]), claims: { get } as unknown as Claims },
    operations: () => ({ tell: one => told.push(one), remove: () => undefined }),
    find: () => (isVisible ? open(shown, DIRECTORY) : Promise.resolve(null))
  });
});

afterEach(async () => {
  await restores.stop();
  fs.rmSync(directory, { recursive: true });
});

const phase = (id: string, wanted: Restore['phase']): Promise<Restore> =>
  untilIndexed(index, wanted, () => {
    const restore = index.get('restore', id);
    return restore?.phase === wanted ? restore : undefined;
  });

async function planned(paths = ['work', 'gone']): Promise<Restore> {
  const made = await restores.plan({ ...snapshot, createdAt: '2026-11-22T10:00:00Z' }, paths, null);
  return phase(made?.id ?? '', 'planned');
}

test('is planned with what it writes, and written to a new folder once it is approved', async () => {
  const plan = await planned();
  expect(plan.plan).toMatchObject({ blockers: [], stopsServer: false, changes: { known: false } });
  expect(plan.plan?.changes).toMatchObject({
    reason: `Nothing is replaced: 2 files (7 B) are written to ${plan.target}.`
  });
  expect(fs.readdirSync(home).sort()).toEqual(['added', 'work']);

  restores.approve(plan.id, plan.uid);
  restores.approve(plan.id, plan.uid);
  const done = await phase(plan.id, 'succeeded');

  expect(fs.readFileSync(join(home, done.target ?? '', 'work/file'), 'utf8')).toBe('old');
  expect(fs.readFileSync(join(home, 'work/file'), 'utf8')).toBe('newer');
  expect(fs.readdirSync(home).sort()).toEqual(['added', done.target, 'work']);
  expect(done.steps.map(({ state }) => state)).toEqual(['done', 'done']);
  expect(told.at(-1)).toMatchObject({ state: 'succeeded', problem: null });
  expect(() => restores.cancel(plan.id)).toThrow(/over/);
});

test('what is not in the snapshot blocks it, by name', async () => {
  fs.symlinkSync('/etc', join(shown, 'way'));
  const plan = await planned(['work', 'never', 'way/passwd']);
  expect(plan.plan?.blockers.map(({ kind, object }) => [kind, object])).toEqual([
    ['path', 'never'],
    ['path', 'way/passwd']
  ]);
  expect(() => restores.approve(plan.id, plan.uid)).toThrow(/never is not in the snapshot/);
  expect(() => restores.approve(plan.id, 'another')).toThrow(/not the plan/);
});

test('a plan and a copy can be given up, and nothing is left', async () => {
  const plan = await planned();
  restores.cancel(plan.id);
  expect(index.get('restore', plan.id)).toMatchObject({ phase: 'cancelled' });
  expect(() => restores.approve(plan.id, plan.uid)).toThrow(/not good any more/);

  fs.writeFileSync(join(shown, 'work/large'), Buffer.alloc(32 << 20, 1));
  const second = await planned();
  restores.approve(second.id, second.uid);
  restores.cancel(second.id);
  expect(restores.operation(`restore-${second.uid}`)).toMatchObject({
    state: 'cancelling',
    cancel: { available: false }
  });
  await phase(second.id, 'cancelled');
  expect(fs.readdirSync(home).sort()).toEqual(['added', 'work']);
});

test('a snapshot that is not visible is left to others, and one that goes away changes nothing', async () => {
  isVisible = false;
  expect(await restores.plan(snapshot, ['work'], 'key')).toBeNull();
  isVisible = true;
  const plan = await planned();
  isVisible = false;
  restores.approve(plan.id, plan.uid);
  const { problem } = await phase(plan.id, 'rolled-back');
  expect(problem?.detail).toMatch(/went away.*nothing of the copy is left/);
  expect(fs.readdirSync(home).sort()).toEqual(['added', 'work']);
});

test('the same key gives the same restore', async () => {
  const both = await Promise.all([restores.plan(snapshot, ['work'], 'k'), restores.plan(snapshot, ['work'], 'k')]);
  const third = await restores.plan(snapshot, ['work'], 'k');
  expect(new Set([...both, third].map(one => one?.uid)).size).toBe(1);
});

test('what going back would change is counted', async () => {
  const changes: (RestoreChanges | null)[] = [];
  const counter = new VisibleChanges(restores, memoryLog([]));
  counter.count(snapshot, one => changes.push(one));
  await until(() => changes.length === 2);
  expect(changes).toEqual([
    { known: false, reason: 'They are being counted.' },
    {
      known: true,
      reverted: { files: 1, bytes: 3 },
      returned: { files: 1, bytes: 4 },
      removed: { files: 1, bytes: 2 }
    }
  ]);
  await counter.stop();
});
