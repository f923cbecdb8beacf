// The MLflow of the lineage tests, for pods: where its programs are on this host, and what a pod must mount of it.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.join(__dirname, '..', '..');

export interface MlflowPrograms {
  /** Folder of `python` and `mlflow`. */
  readonly bin: string;
  /** Its site-packages, for another Python of the same version. */
  readonly packages: string;
  /** A store without anything in it: making its tables takes MLflow longest. */
  readonly emptyStore: string;
  /** What a pod mounts beside /usr, at the same paths. */
  readonly hostPaths: readonly string[];
}

/** Makes the environment where it is not. */
export async function mlflowPrograms(): Promise<MlflowPrograms> {
  const run = promisify(execFile);
  const made = await run(path.join(ROOT, '.venv/bin/python'), ['scripts/mlflowEnvironment.py'], { cwd: ROOT });
  const bin = made.stdout.trim();
  const environment = path.dirname(bin);
  const packages = await run(path.join(bin, 'python'), [
    '-c',
    'import sysconfig; print(sysconfig.get_path("purelib"))'
  ]);
  // The Python that an environment was made with holds its standard library.
  const home = /^home *= *(.+)$/m.exec(await readFile(path.join(environment, 'pyvenv.cfg'), 'utf8'))?.[1] ?? '';
  const python = path.dirname(home);
  return {
    bin,
    packages: packages.stdout.trim(),
    emptyStore: path.join(environment, 'tables.db'),
    hostPaths: [environment, ...(python === '/usr' || python.startsWith('/usr/') ? [] : [python])]
  };
}
