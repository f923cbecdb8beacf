/** Exclude patterns against git itself, which says what gitignore patterns mean. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { excludePatterns } from './excludePatterns';
import { TemporaryVolumes } from './testing/temporaryVolume';

const temporary = new TemporaryVolumes();
afterEach(() => temporary.dispose());

const PATTERNS = [
  ['*.tmp'],
  ['/a'],
  ['a'],
  ['a/'],
  ['sub/a'],
  ['sub/*'],
  ['**/deep'],
  ['sub/**'],
  ['sub/**/deep'],
  ['?'],
  ['[ab]'],
  ['[!ab]'],
  ['[^a-c].tmp'],
  ['*', '!keep'],
  ['*.tmp', '!b.tmp'],
  ['#a', '\\#a'],
  ['\\!b'],
  ['a   '],
  ['*b*'],
  ['s*/d*'],
  ['.*'],
  ['x.y'],
  ['x+y'],
  ['()'],
  ['[a'],
  ['a[/]b'],
  ['']
];
const PATHS = [
  'a',
  'b',
  'b.tmp',
  'd.tmp',
  'keep',
  '#a',
  '!b',
  '.hidden',
  'x.y',
  'xzy',
  'x+y',
  '()',
  '[a',
  'sub/a',
  'sub/deep',
  'sub/more/deep',
  'sub/b.tmp',
  'other/sub/a',
  'dir/a/file'
];

/** What git leaves out of a tree of these files. */
function gitLeavesOut(patterns: readonly string[]): string[] {
  const root = temporary.directory();
  spawnSync('git', ['init', '-q'], { cwd: root });
  fs.writeFileSync(join(root, '.git/info/exclude'), patterns.join('\n'));
  const { stdout } = spawnSync('git', ['check-ignore', '--no-index', '-z', '--stdin'], {
    cwd: root,
    input: PATHS.join('\0')
  });
  return stdout.toString().split('\0').filter(Boolean).sort();
}

/** The same by the walk's way of asking: parents first, nothing below what is left out. */
function leavesOut(patterns: readonly string[]): string[] {
  const excludes = excludePatterns(patterns);
  return PATHS.filter(path => {
    const parts = path.split('/');
    return parts.some((_, index) => excludes(parts.slice(0, index + 1).join('/'), index + 1 < parts.length));
  }).sort();
}

describe('exclude patterns', () => {
  it.each(PATTERNS)('mean what they mean to git: %s %s', (...patterns) => {
    expect(leavesOut(patterns)).toEqual(gitLeavesOut(patterns));
  });

  it('leave nothing out when there are none', () => {
    expect(excludePatterns([])('a', false)).toBe(false);
  });

  it('match names that are not ASCII by their bytes', () => {
    expect(excludePatterns(['é*'])(Buffer.from('été').toString('latin1'), false)).toBe(true);
  });
});
