// The product as it is in a pod: the `datamark` command with its own sidecar, under the account of the pod. Python and
// Node are the host's, mounted; the packages and the bundle are those of this tree, built once per test file.
import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { z } from 'zod';
import type { Finished } from './kubectl';
import type { TestPod } from './testPod';

const REPOSITORY = path.join(__dirname, '..', '..');

/** A directory with the product; pods mount it by `hostPaths`. */
export class ProductInPod {
  private constructor(private readonly directory: string) {}

  /** Builds it; `remove()` in afterAll. */
  static async build(): Promise<ProductInPod> {
    const directory = await mkdtemp(path.join(tmpdir(), 'datamark-pod-'));
    await chmod(directory, 0o755);
    for (const folder of ['datamark', 'jupyterlab_datamark']) {
      await cp(path.join(REPOSITORY, folder), path.join(directory, folder), {
        recursive: true,
        filter: from => !['tests', '__pycache__', 'labextension', 'sidecar'].includes(path.basename(from))
      });
    }
    await cp(path.join(REPOSITORY, 'package.json'), path.join(directory, 'package.json'));
    const build = path.join(REPOSITORY, 'scripts', 'buildSidecar.mjs');
    const out = path.join(directory, 'jupyterlab_datamark', 'sidecar');
    await promisify(execFile)(process.execPath, [build, '--out', out]);
    return new ProductInPod(directory);
  }

  /** What a pod must mount of the host. */
  get hostPaths(): string[] {
    return [this.directory, path.dirname(process.execPath)];
  }

  /** The Python packages, for PYTHONPATH. */
  get packages(): string {
    return this.directory;
  }

  /** The sidecar's bundle. */
  get bundle(): string {
    return path.join(this.directory, 'jupyterlab_datamark', 'sidecar', 'sidecar.mjs');
  }

  /** Runs a command in the pod, whatever its exit code; `env` beside what the pod has. */
  run(pod: TestPod, words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    const given = {
      PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`,
      PYTHONPATH: this.directory,
      PYTHONDONTWRITEBYTECODE: '1',
      ...env
    };
    const variables = Object.entries(given).map(([name, value]) => `${name}=${quoted(value)}`);
    return pod.trySh(['env', ...variables, 'python3', '-m', 'datamark', ...words.map(quoted)].join(' '), {
      seconds: 60
    });
  }

  /** What a command that must work writes with --json. */
  async json<T>(
    pod: TestPod,
    schema: z.ZodType<T>,
    words: readonly string[],
    env?: Readonly<Record<string, string>>
  ): Promise<T> {
    const done = await this.run(pod, [...words, '--json'], env);
    if (done.code !== 0) {
      throw new Error(`datamark ${words.join(' ')} ended with ${done.code}: ${done.stderr}${done.stdout}`);
    }
    return schema.parse(JSON.parse(done.stdout));
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
