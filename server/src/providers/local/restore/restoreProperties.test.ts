/** Properties of a whole restore on random trees: it makes the volume equal to the snapshot, and Undo gives it back. */
import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { TestVolume } from './testing/testVolume';

/** A node of a random tree. Few names, so that two trees collide in every way there is. */
type Node =
  | { readonly kind: 'file'; readonly content: string; readonly mode: number; readonly mtime: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'directory'; readonly mode: number; readonly children: Tree };
type Tree = Readonly<Record<string, Node>>;

const name = fc.constantFrom('a', 'b', 'c', 'd e', 'f\ng', 'ü', '.hidden');
const file = fc.record({
  kind: fc.constant('file' as const),
  content: fc.oneof(fc.constantFrom('', 'one', 'two'), fc.string({ maxLength: 40 })),
  mode: fc.constantFrom(0o644, 0o600, 0o755, 0o444),
  mtime: fc.constantFrom(1_000_000, 1_500_000_000, 1_700_000_000)
});
const link = fc.record({
  kind: fc.constant('link' as const),
  target: fc.constantFrom('a', '../b', '/etc/hostname', 'nowhere')
});
const { tree } = fc.letrec<{ tree: Tree; node: Node }>(tie => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    file,
    link,
    fc.record({
      kind: fc.constant('directory' as const),
      mode: fc.constantFrom(0o755, 0o700, 0o555),
      children: tie('tree')
    })
  ),
  tree: fc.dictionary(name, tie('node'), { maxKeys: 4, noNullPrototype: true })
}));

function plant(directory: string, nodes: Tree): void {
  for (const [key, node] of Object.entries(nodes)) {
    const path = `${directory}/${key}`;
    if (node.kind === 'file') {
      fs.writeFileSync(path, node.content);
      fs.chmodSync(path, node.mode);
      fs.utimesSync(path, node.mtime, node.mtime);
    } else if (node.kind === 'link') {
      fs.symlinkSync(node.target, path);
    } else {
      fs.mkdirSync(path);
      plant(path, node.children);
      fs.chmodSync(path, node.mode);
    }
  }
}

function clear(volume: TestVolume): void {
  for (const entry of fs.readdirSync(volume.root)) {
    if (entry !== '.datamark') {
      fs.rmSync(volume.path(entry), { recursive: true, force: true });
    }
  }
}

describe.each(['reflink', 'hardlink', 'copy'] as const)('a restore with snapshots made by %s', method => {
  it('makes the volume equal to the snapshot, Undo makes it equal to before, and Undo of that works too', async () => {
    await fc.assert(
      fc.asyncProperty(tree, tree, fc.boolean(), async (then, now, replant) => {
        const volume = new TestVolume(method);
        try {
          plant(volume.root, then);
          const asThen = volume.freeze();
          const snapshot = await volume.snapshot();
          if (replant) {
            clear(volume);
          }
          overlay(volume.root, now);
          const asNow = volume.freeze();

          const first = await volume.restore(snapshot);
          expect(volume.text()).toEqual(asThen);
          const undo = await volume.restore(first.safetySnapshot);
          expect(volume.text()).toEqual(asNow);
          const redo = await volume.restore(undo.safetySnapshot);
          expect(volume.text()).toEqual(asThen);

          for (const { progress } of [first, undo, redo]) {
            expect(progress).toMatchObject({ stage: 'done', failure: null, left: [], kept: [], changedMeanwhile: [] });
          }
        } finally {
          volume.dispose();
        }
      }),
      { numRuns: 20 }
    );
  }, 120_000);
});

/** Plants a tree over what is there: equal names of another type are replaced. */
function overlay(directory: string, nodes: Tree): void {
  for (const [key, node] of Object.entries(nodes)) {
    const path = `${directory}/${key}`;
    const there = fs.lstatSync(path, { throwIfNoEntry: false });
    if (node.kind === 'directory' && there?.isDirectory() === true) {
      fs.chmodSync(path, 0o700);
      overlay(path, node.children);
      fs.chmodSync(path, node.mode);
    } else {
      fs.rmSync(path, { recursive: true, force: true });
      plant(directory, { [key]: node });
    }
  }
}
