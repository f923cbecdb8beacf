/**
 * Where the bundle begins: decides what this thread is for and loads only that.
 * The main thread runs a command (`serve`), or in a pod of the controller its task; a worker thread does what its `workerData` says.
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { exitCodes } from './exitCodes';
import { nodeTooOld } from './nodeVersion';

const tooOld = nodeTooOld(process.versions.node);
if (tooOld !== null) {
  process.stderr.write(`datamark: ${tooOld}\n`);
  process.exitCode = exitCodes.unavailable;
} else if (isMainThread && process.argv[2] === 'task') {
  const { runTask } = await import('./controller/task/runTask');
  process.exitCode = await runTask(process.argv.slice(3));
} else if (isMainThread) {
  const { runCommand } = await import('./runCommand');
  await runCommand(process.argv.slice(2));
} else if ((workerData as { role?: unknown } | null)?.role === 'local') {
  const { runLocalWorker } = await import('./providers/local/localWorker');
  await runLocalWorker();
}
