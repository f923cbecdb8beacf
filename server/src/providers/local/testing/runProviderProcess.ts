/** Builds and runs providerProcess.ts: real processes that can be killed at any journalled step. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { z } from 'zod';
import { Clone, Notice, Operation, Problem, Snapshot } from '../../../../../contract';
import { argumentsAs } from '../../../testing/argumentsAs';

/** What the process is to do. */
export interface Task {
  readonly verb: 'snapshot' | 'clone' | 'delete' | 'delete-clone' | 'hold' | 'look';
  readonly configuration: object;
}

const Answer = z.object({
  refused: z.union([Problem, z.string(), z.null()]),
  snapshots: z.array(Snapshot),
  clones: z.array(Clone),
  operations: z.array(Operation),
  notices: z.array(Notice)
});

/** How the process ended: killed, or with what it printed. */
export type Outcome =
  | { readonly killed: true }
  | { readonly killed: false; readonly answer: z.infer<typeof Answer>; readonly errors: string };

const DEADLINE_MS = 30_000;

/** Bundles the program into a directory and returns its path. */
export async function buildProviderProcess(directory: string): Promise<string> {
  const outfile = join(directory, 'providerProcess.mjs');
  await build({
    entryPoints: [join(__dirname, 'providerProcess.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'error'
  });
  return outfile;
}

/** Starts the program. */
export const startProviderProcess = (program: string, task: Task, as?: number): ChildProcess =>
  spawn(process.execPath, [...argumentsAs(as), program, JSON.stringify(task)], { stdio: ['pipe', 'pipe', 'pipe'] });

/** Runs the program to its end. `as`: numeric user and group. */
export async function runProviderProcess(program: string, task: Task, as?: number): Promise<Outcome> {
  const child = startProviderProcess(program, task, as);
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGABRT'), DEADLINE_MS);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  if (signal === 'SIGKILL') {
    return { killed: true };
  }
  if (code !== 0) {
    throw new Error(`The process ended with ${code ?? signal ?? ''}: ${errors}`);
  }
  return { killed: false, answer: Answer.parse(JSON.parse(output)), errors };
}
