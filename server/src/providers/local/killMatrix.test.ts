/**
 * kill -9 at every journalled step of snapshot, clone and delete, on real processes: afterwards every file of the
 * volume, of earlier snapshots and of clones is as it was, and the next start puts the rest in order.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { buildProviderProcess, runProviderProcess, type Outcome, type Task } from './testing/runProviderProcess';
import { madeSnapshot } from './testing/madeSnapshot';
import { TemporaryVolumes } from './testing/temporaryVolume';
import { treeDigest, type TreeDigest } from './testing/treeDigest';

const programs = new TemporaryVolumes();
// What the system has not written to a disk yet survives kill -9 there as it does in memory.
const temporary = new TemporaryVolumes('memory');
let program: string;

beforeAll(async () => {
  program = await buildProviderProcess(programs.directory());
}, 60_000);
afterEach(() => temporary.dispose());
afterAll(() => programs.dispose());

type Method = 'hardlink' | 'copy';
type Verb = Task['verb'];

/** A volume with changed, unchanged and many files, and two snapshots of it. */
async function volume(method: Method): Promise<{ root: string; trees: string[] }> {
  const root = temporary.directory();
  fs.mkdirSync(join(root, 'many'));
  for (let number = 0; number < 300; number += 1) {
    fs.writeFileSync(join(root, 'many', `${number}`), `file ${number}`);
  }
  fs.mkdirSync(join(root, 'sealed'));
  fs.writeFileSync(join(root, 'sealed', 'inside'), 'x');
  fs.chmodSync(join(root, 'sealed'), 0o555);
  fs.symlinkSync('many/1', join(root, 'link'));
  const first = await madeSnapshot(root, { method });
  fs.writeFileSync(join(root, 'many', '7'), 'changed');
  const second = await madeSnapshot(root, { method });
  return { root, trees: [first.tree, second.tree].sort() };
}

const run = (root: string, verb: Verb, method: Method, faults: object = {}): Promise<Outcome> =>
  runProviderProcess(program, {
    verb,
    configuration: { volumes: [{ path: root, name: 'home' }], faults: { method, ...faults } }
  });

/** Ends the process at a step, then starts another one and lets it look. */
async function killedThenStarted(root: string, verb: Verb, method: Method, kill: object): Promise<Outcome> {
  const outcome = await run(root, verb, method, { kill });
  expect(outcome).toEqual({ killed: true });
  return run(root, 'look', method);
}

const left = (root: string, directory: string): string[] => fs.readdirSync(join(root, '.datamark', directory));

function expectOrder(root: string): void {
  expect(left(root, 'trash')).toEqual([]);
  expect(left(root, 'building')).toEqual([]);
  for (const name of left(root, 'pending')) {
    expect(left(root, `pending/${name}`)).toEqual(['record.json']);
  }
  expect(fs.readdirSync(join(root, '.datamark')).filter(name => name.startsWith('.'))).toEqual([]);
}

const SNAPSHOT_STEPS = [
  { step: 'snapshot:begin', complete: false },
  { step: 'snapshot:copy', complete: false },
  { step: 'snapshot:copying', complete: false },
  { step: 'snapshot:copied', complete: false },
  { step: 'snapshot:manifest', complete: false },
  { step: 'snapshot:record', complete: true },
  { step: 'snapshot:published', complete: true }
];

describe.each(['hardlink', 'copy'] as const)('killed while making a snapshot by %s', method => {
  it.each(SNAPSHOT_STEPS)(
    'at $step, nothing is lost',
    async ({ step, complete }) => {
      const { root, trees } = await volume(method);
      const before = treeDigest(root, { mode: true });
      const snapshots = trees.map(tree => treeDigest(tree, { mode: true }));

      const outcome = await killedThenStarted(root, 'snapshot', method, { step });

      expect(treeDigest(root, { mode: true })).toEqual(before);
      expect(trees.map(tree => treeDigest(tree, { mode: true }))).toEqual(snapshots);
      expectOrder(root);
      const made = outcome.killed ? [] : outcome.answer.snapshots.filter(one => !trees.includes(one.path ?? ''));
      expect(made.map(one => one.state.phase)).toEqual([complete ? 'ready' : 'failed']);
      for (const one of made.filter(({ path }) => path !== null)) {
        expect(treeDigest(one.path ?? '')).toEqual(treeDigest(root));
      }
    },
    60_000
  );
});

describe('killed while making a clone', () => {
  it.each([
    { step: 'clone:begin', phase: 'failed' },
    { step: 'clone:copying', phase: 'failed' },
    { step: 'clone:copied', phase: 'failed' },
    { step: 'clone:record', phase: 'ready' },
    { step: 'clone:published', phase: 'ready' }
  ])(
    'at $step, nothing is lost',
    async ({ step, phase }) => {
      const { root, trees } = await volume('copy');
      const before = treeDigest(root, { mode: true });
      const snapshots = trees.map(tree => treeDigest(tree, { mode: true }));

      const outcome = await killedThenStarted(root, 'clone', 'copy', { step });

      expect(treeDigest(root, { mode: true })).toEqual(before);
      expect(trees.map(tree => treeDigest(tree, { mode: true }))).toEqual(snapshots);
      expectOrder(root);
      const clones = outcome.killed ? [] : outcome.answer.clones;
      expect(clones.map(one => one.state.phase)).toEqual([phase]);
      const place = join(root, 'datamark-clones', 'made');
      expect(fs.existsSync(place) ? treeDigest(place) : null).toEqual(
        phase === 'ready' ? treeDigest(trees[0] ?? '') : null
      );
    },
    60_000
  );
});

describe.each(['hardlink', 'copy'] as const)('killed while deleting a snapshot by %s', method => {
  it.each([{ step: 'delete:begin' }, { step: 'delete:trashed' }, { step: 'delete:done' }])(
    'at $step, it alone is gone after the next start',
    async ({ step }) => {
      const { root, trees } = await volume(method);
      const [oldest = '', newest = ''] = trees;
      const before = treeDigest(root, { mode: true });
      const kept = treeDigest(newest, { mode: true });

      const outcome = await killedThenStarted(root, 'delete', method, { step });

      expect(treeDigest(root, { mode: true })).toEqual(before);
      expect(treeDigest(newest, { mode: true })).toEqual(kept);
      expect(fs.existsSync(oldest)).toBe(false);
      expect(outcome.killed ? [] : outcome.answer.snapshots.map(one => one.path)).toEqual([newest]);
      expectOrder(root);
    },
    60_000
  );
});

describe('killed while deleting a clone', () => {
  it.each([{ step: 'clone-delete:begin' }, { step: 'clone-delete:trashed' }, { step: 'clone-delete:done' }])(
    'at $step, it alone is gone after the next start',
    async ({ step }) => {
      const { root, trees } = await volume('copy');
      await run(root, 'clone', 'copy');
      const states = (): TreeDigest[] => [root, ...trees].map(tree => treeDigest(tree, { mode: true }));
      const before = states();
      expect(fs.existsSync(join(root, 'datamark-clones', 'made'))).toBe(true);

      const outcome = await killedThenStarted(root, 'delete-clone', 'copy', { step });

      expect(states()).toEqual(before);
      expect(outcome.killed ? null : outcome.answer.clones).toEqual([]);
      expect(fs.readdirSync(join(root, 'datamark-clones'))).toEqual([]);
      expectOrder(root);
    },
    60_000
  );
});
