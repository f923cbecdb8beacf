/**
 * A program for tests that kill it: a whole local provider with its worker thread, told by its argument to restore or
 * only to recover. Prints what came of it as JSON. Bundled and started by runnerProcess.ts.
 */
import { isMainThread } from 'node:worker_threads';
import type { LocalConfiguration } from '../../../../configuration';
import { runLocalWorker } from '../../localWorker';
import type { LocalProvider } from '../../provider';
import { restoreTo, startProvider, undo, untilRecovered } from './providerDriver';

/** What the program is told, as JSON in its first argument. */
export type RunnerTask = {
  readonly root: string;
  readonly faults?: LocalConfiguration['faults'];
  readonly exclude?: readonly string[];
} & (
  | { readonly verb: 'restore'; readonly snapshot: string }
  | { readonly verb: 'undo'; readonly restore: string }
  | { readonly verb: 'recover' }
);

function carryOut(provider: LocalProvider, task: RunnerTask): Promise<unknown> {
  switch (task.verb) {
    case 'restore':
      return restoreTo(provider, task.snapshot);
    case 'undo':
      return undo(provider, task.restore);
    case 'recover':
      return untilRecovered(provider);
  }
}

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? '') as RunnerTask;
  const provider = await startProvider(task);
  const result = await carryOut(provider, task);
  await provider.stop();
  process.stdout.write(JSON.stringify(result));
}

await (isMainThread ? main() : runLocalWorker());
