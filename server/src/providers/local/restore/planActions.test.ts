/** The pure planner: which actions, in which order, and what is never touched. */
import type { Manifest, ManifestEntry } from '../manifest';
import type { Omitted } from '../omissions';
import type { Action } from './actions';
import { bytesToStage, countChanges, limitsOf } from './countChanges';
import { planActions } from './planActions';
import { protectedPaths, unknownPaths } from './protectedPaths';
import { undecided } from './sameFile';

const STARTED = 1_000_000n;

/** A file that was last changed before the snapshot; `inode` tells two files apart. */
function entry(path: string, parts: Partial<ManifestEntry> = {}): ManifestEntry {
  const ino = BigInt([...path].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7) % 1_000_003);
  const base = {
    path,
    type: 'file',
    mode: 0o644,
    uid: 1,
    gid: 1,
    size: 3,
    mtimeNs: 500n,
    ctimeNs: 500n,
    dev: 1n
  } as const;
  return { ...base, ino, ...parts };
}
const directory = (path: string, parts: Partial<ManifestEntry> = {}): ManifestEntry =>
  entry(path, { type: 'directory', mode: 0o755, size: 0, ...parts });

const manifest = (entries: ManifestEntry[], omitted: Omitted[] = [], exclude: string[] = []): Manifest => ({
  startedAtNs: STARTED,
  exclude,
  entries: new Map([directory(''), ...entries].map(one => [one.path, one])),
  omitted
});

function plan(
  present: Manifest,
  target: Manifest,
  options: { equal?: string[]; exclude?: string[]; canChown?: boolean } = {}
): { actions: Action[]; blocked: string[]; said: string[] } {
  const planned = planActions({
    present: present.entries,
    target,
    sameContent: new Set(options.equal ?? []),
    isProtected: protectedPaths(present, target, options.exclude ?? []),
    omitted: unknownPaths(present.omitted),
    canChown: options.canChown ?? false
  });
  return { ...planned, said: planned.actions.map(({ kind, path }) => `${kind} ${path}`) };
}

it('does nothing where nothing was touched since the snapshot', () => {
  const tree = [directory('d'), entry('d/a'), entry('b')];
  expect(plan(manifest(tree), manifest(tree)).actions).toEqual([]);
});

it('does not take equal size and time for equal content', () => {
  const now = entry('a', { ino: 99n, ctimeNs: 2_000_000n });
  const [present, target] = [manifest([now]), manifest([entry('a')])];
  expect([...undecided(present.entries, target)]).toEqual(['a']);
  expect(plan(present, target).said).toEqual(['write a', 'settle ']);
  expect(plan(present, target, { equal: ['a'] }).said).toEqual([]);
});

it('does not trust a file whose last change is not older than the snapshot’s start', () => {
  const racy = entry('a', { ctimeNs: STARTED });
  expect([...undecided(manifest([racy]).entries, manifest([racy]))]).toEqual(['a']);
});

it('only sets metadata where the content is equal, but never through a second name of the file', () => {
  const target = manifest([entry('a'), entry('b')]);
  const alone = manifest([entry('a', { mode: 0o600, ctimeNs: 2_000_000n }), entry('b')]);
  expect(plan(alone, target, { equal: ['a'] }).said).toEqual(['metadata a']);
  const inode = { ino: 5n, ctimeNs: 2_000_000n };
  const linked = manifest([entry('a', { ...inode, mode: 0o600 }), entry('b', { ...inode, mode: 0o600 })]);
  expect(plan(linked, target, { equal: ['a', 'b'] }).said).toEqual(['write a', 'write b', 'settle ']);
});

it('looks at owners only where they can be set', () => {
  const [present, target] = [manifest([entry('a', { uid: 2, ctimeNs: 2_000_000n })]), manifest([entry('a')])];
  expect(plan(present, target, { equal: ['a'] }).said).toEqual([]);
  expect(plan(present, target, { equal: ['a'], canChown: true }).said).toEqual(['metadata a']);
});

it('clears the way before it puts something there, and takes away last what is left over', () => {
  const present = manifest([directory('x'), entry('x/in'), entry('y'), directory('z'), entry('z/old')]);
  const target = manifest([entry('x'), directory('y'), entry('y/in'), entry('new')]);
  expect(plan(present, target).said).toEqual([
    'remove x/in',
    'remove y',
    'rmdir x',
    'mkdir y',
    'write x',
    'write y/in',
    'write new',
    'remove z/old',
    'rmdir z',
    'settle y',
    'settle '
  ]);
});

it('leaves what the present or the snapshot could not read, with all below and the folders around it', () => {
  const unreadable = (path: string): Omitted => ({ path, reason: 'unreadable' });
  const present = manifest([directory('new'), entry('new/a'), entry('was-unreadable')], [unreadable('new/secret')]);
  const target = manifest([directory('new/secret'), entry('new/secret/b')], [unreadable('was-unreadable')]);
  expect(plan(present, target).said).toEqual(['remove new/a', 'settle new']);
});

it('says what can’t come back because a folder that must stay is in the way', () => {
  const present = manifest([directory('x'), entry('x/a')], [{ path: 'x/pipe', reason: 'special-file' }]);
  const planned = plan(present, manifest([entry('x')]));
  expect(planned.blocked).toEqual(['x']);
  expect(planned.said).toEqual(['remove x/a', 'settle x']);
  expect(limitsOf(planned.actions, planned.blocked, manifest([]), null)).toEqual([
    '1 file can’t come back, because a folder that can’t be removed is in the way: x.'
  ]);
});

it('restores a file that changed while the snapshot was made: the snapshot has a copy', () => {
  const target = manifest([entry('a')], [{ path: 'a', reason: 'changed-during-copy' }]);
  expect(plan(manifest([entry('a', { size: 4, ctimeNs: 2_000_000n })]), target).said).toContain('write a');
});

it('leaves what patterns leave out now or left out then, the store, the clones and kept files', () => {
  const now = [
    'cache',
    'cache/a',
    'models',
    'models/m',
    '.datamark',
    'datamark-clones',
    'kept-by-restore-1',
    'kept-by-restore-1/k'
  ];
  const present = manifest(now.map(path => (path.includes('/') ? entry(path) : directory(path))));
  const target = manifest([directory('cache'), entry('cache/b')], [], ['models/']);
  expect(plan(present, target, { exclude: ['cache/'] }).said).toEqual([]);
});

it('counts files and bytes as a person means them', () => {
  const present = manifest([entry('a', { size: 10 }), entry('gone', { size: 7 }), directory('d')]);
  const target = manifest([entry('a', { size: 4 }), entry('back', { size: 5 }), directory('e')]);
  const { actions } = plan(present, target);
  expect(countChanges(actions)).toEqual({
    known: true,
    reverted: { files: 1, bytes: 4 },
    returned: { files: 1, bytes: 5 },
    removed: { files: 1, bytes: 7 }
  });
  expect(bytesToStage(actions)).toBe(9);
});

it('says that hard links come back apart and who will own what', () => {
  const target = manifest([entry('a', { ino: 5n }), entry('b', { ino: 5n }), entry('c', { uid: 9 })]);
  const { actions } = plan(manifest([]), target);
  expect(limitsOf(actions, [], target, { uid: 1, gid: 1 })).toEqual([
    'Hard links come back as separate files: a, b.',
    'You become the owner of 1 file of other owners: c.'
  ]);
});
