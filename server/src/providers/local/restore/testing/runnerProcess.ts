/** Builds restoreRunner.ts into one file and runs it as a process of its own, as whoever and killed whenever wanted. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { argumentsAs } from '../../../../testing/argumentsAs';
import type { RunnerTask } from './restoreRunner';

/** How a run ended. */
export interface RunnerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it printed, parsed; null where it did not come to that. */
  readonly result: unknown;
  readonly errors: string;
}

/** Bundles the program to a file in the directory, readable by everybody. */
export async function buildRunner(directory: string): Promise<string> {
  const outfile = join(directory, 'restoreRunner.mjs');
  await build({
    entryPoints: [join(__dirname, 'restoreRunner.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error'
  });
  return outfile;
}

/** Runs the program to its end. `killAfterMs`: SIGKILL after so long. `uid`: as this user. */
export function runRunner(
  program: string,
  task: RunnerTask,
  options: { readonly killAfterMs?: number; readonly uid?: number } = {}
): Promise<RunnerEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...argumentsAs(options.uid), program, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'pipe']
    });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const timer =
      options.killAfterMs === undefined ? null : setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (timer !== null) {
        clearTimeout(timer);
      }
      resolve({ code, signal, errors, result: code === 0 ? (JSON.parse(output) as unknown) : null });
    });
  });
}
