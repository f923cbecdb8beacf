/** Two directories of a test, with files made by shell commands. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class TwoTrees {
  private readonly directory = mkdtempSync(join(tmpdir(), 'datamark-trees-'));
  readonly source = join(this.directory, 'source');
  readonly target = join(this.directory, 'target');

  constructor() {
    [this.source, this.target].forEach(tree => mkdirSync(tree));
  }

  /** In the directory that holds `source` and `target`; what it prints. */
  sh(command: string): string {
    return execFileSync('sh', ['-ec', command], { cwd: this.directory, encoding: 'utf8' });
  }

  /** Everything of a tree but access times, one line per entry. */
  listing(tree: 'source' | 'target'): string[] {
    const listed = this.sh(`cd ${tree} && find . -printf '%P|%y|%m|%U|%G|%l|%n|%T@|%s|%b\\n' | LC_ALL=C sort`);
    const bytes = this.sh(`cd ${tree} && find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum`);
    // A directory's own size is the file system's business.
    return (listed.replace(/(\|d\|.*)\|\d+\|\d+$/gm, '$1') + bytes).split('\n');
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
