/** The worker thread of the local provider: runs jobs for the main thread, several overlapping ones if asked. */
import { parentPort } from 'node:worker_threads';
import { fromFailure, toFailure } from './failure';
import type { JobContext } from './job';
import { runJob } from './jobRunner';
import type { FromWorker, ToWorker } from './workerMessages';

/** Serves jobs until the main thread ends the worker. */
export function runLocalWorker(): Promise<void> {
  const port = parentPort;
  if (port === null) {
    return Promise.reject(new Error('The local worker runs in a worker thread only.'));
  }
  const say = (message: FromWorker): void => port.postMessage(message);
  const aborts = new Map<number, AbortController>();
  const calls = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  let lastCall = 0;

  const call = (make: (call: number) => FromWorker): Promise<void> =>
    new Promise((resolve, reject) => {
      lastCall += 1;
      calls.set(lastCall, { resolve, reject });
      say(make(lastCall));
    });

  const contextOf = (id: number, signal: AbortSignal): JobContext => ({
    signal,
    progress: (text, done, total, unit) => say({ kind: 'progress', id, text, done, total, unit }),
    step: async name => {
      signal.throwIfAborted();
      await call(number => ({ kind: 'step', id, call: number, name }));
    },
    pointOfNoReturn: reason => call(number => ({ kind: 'point-of-no-return', id, call: number, reason }))
  });

  const run = async (message: Extract<ToWorker, { kind: 'run' }>): Promise<void> => {
    const { id, job, input } = message;
    const abort = new AbortController();
    aborts.set(id, abort);
    try {
      const output = await runJob(job, input, contextOf(id, abort.signal));
      say({ kind: 'done', id, output });
    } catch (error) {
      say({ kind: 'failed', id, failure: toFailure(error) });
    } finally {
      aborts.delete(id);
    }
  };

  const answer = (message: Extract<ToWorker, { kind: 'answer' }>): void => {
    const waiting = calls.get(message.call);
    calls.delete(message.call);
    if (message.failure === null) {
      waiting?.resolve();
    } else {
      waiting?.reject(fromFailure(message.failure));
    }
  };

  port.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'run':
        // Never rejects: a failed job is a message.
        void run(message);
        break;
      case 'abort':
        aborts.get(message.id)?.abort(fromFailure({ kind: 'problem', problem: message.problem }));
        break;
      case 'answer':
        answer(message);
    }
  });
  return Promise.resolve();
}
