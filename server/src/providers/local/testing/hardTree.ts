/** Trees with everything that makes copying hard, random ones for properties and one of each for kill tests. */
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import * as fs from 'node:fs';
import { joinBytePath, toBytePath, toSystemPath, type BytePath } from '../bytePath';

/** One thing in a tree. */
export type Node =
  | { readonly kind: 'file'; readonly content: Buffer; readonly mode: number }
  | { readonly kind: 'sparse'; readonly hole: number; readonly content: Buffer }
  | { readonly kind: 'symlink'; readonly target: BytePath }
  | { readonly kind: 'directory'; readonly mode: number; readonly children: ReadonlyMap<BytePath, Node> };

const utf8 = (text: string): BytePath => toBytePath(text);

/** Names that have broken backup tools before. */
const hardName = fc.constantFrom(
  'a',
  'b.txt',
  'with space',
  'new\nline',
  '-rf',
  '.hidden',
  '.datamark',
  'datamark-clones',
  '\xff\xfe',
  'caf\xe9',
  utf8('café'),
  utf8('数据'),
  'tab\t',
  'quote\'"',
  '\\',
  '*',
  'x'.repeat(255)
);
const name = fc.oneof(hardName, fc.stringMatching(/^[a-z]{1,3}$/));
const content = fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes));
const target = fc.constantFrom('/etc/passwd', '../../..', 'nowhere', '.', 'a', '\xff', '/');

/** Random trees, at most some levels deep. Names at the top that are Datamark's own are left out. */
export const hardTree: fc.Arbitrary<ReadonlyMap<BytePath, Node>> = fc
  .letrec<{ node: Node; children: ReadonlyMap<BytePath, Node> }>(tie => ({
    node: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      fc.record({
        kind: fc.constant('file' as const),
        content,
        mode: fc.constantFrom(0o644, 0o600, 0o444, 0o755, 0o400)
      }),
      fc.record({ kind: fc.constant('symlink' as const), target }),
      fc.record({ kind: fc.constant('sparse' as const), hole: fc.integer({ min: 1, max: 4_000_000 }), content }),
      fc.record({
        kind: fc.constant('directory' as const),
        mode: fc.constantFrom(0o755, 0o700, 0o555),
        children: tie('children')
      })
    ),
    children: fc
      .array(fc.tuple(name, tie('node')), { maxLength: 6 })
      .map(entries => new Map(entries) as ReadonlyMap<BytePath, Node>)
  }))
  .children.map(tree => new Map([...tree].filter(([key]) => key !== '.datamark' && key !== 'datamark-clones')));

/** Makes a tree in a directory that exists. */
export function plant(root: string, tree: ReadonlyMap<BytePath, Node>): void {
  const visit = (directory: BytePath, children: ReadonlyMap<BytePath, Node>): void => {
    for (const [key, node] of children) {
      const path = toSystemPath(joinBytePath(directory, key));
      if (node.kind === 'symlink') {
        fs.symlinkSync(toSystemPath(node.target), path);
      } else if (node.kind === 'directory') {
        fs.mkdirSync(path);
        visit(joinBytePath(directory, key), node.children);
        fs.chmodSync(path, node.mode);
      } else if (node.kind === 'sparse') {
        const fd = fs.openSync(path, 'w');
        fs.writeSync(fd, node.content, 0, node.content.length, node.hole);
        fs.ftruncateSync(fd, node.hole * 2);
        fs.closeSync(fd);
      } else {
        fs.writeFileSync(path, node.content);
        fs.chmodSync(path, node.mode);
      }
    }
  };
  visit(toBytePath(root), tree);
}

/** Makes a FIFO. */
export function makeFifo(path: string): void {
  const { status, error } = spawnSync('mkfifo', [path]);
  if (status !== 0) {
    throw error ?? new Error('mkfifo failed');
  }
}
