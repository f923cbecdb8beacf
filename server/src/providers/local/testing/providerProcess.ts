/**
 * A provider in a process of its own, for tests that kill it: does one thing that its argument says, waits until that
 * is over, and prints what became of it as JSON. Bundled by buildProviderProcess.ts.
 */
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import type { Operation } from '../../../../../contract';
import { LocalConfiguration } from '../../../configuration';
import { ProblemError } from '../../../problemError';
import { runLocalWorker } from '../localWorker';
import { LocalProvider } from '../provider';

const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (details: object, message: string) => void process.stderr.write(`${message} ${JSON.stringify(details)}\n`)
};

async function allOver(provider: LocalProvider): Promise<Operation[]> {
  const over = (): boolean => provider.index.all('operation').every(one => one.finishedAt !== null);
  await new Promise<void>(resolve => {
    const look = (): void => {
      if (over()) {
        unsubscribe();
        resolve();
      }
    };
    const unsubscribe = provider.index.subscribe(look);
    look();
  });
  return provider.index.all('operation');
}

/** What an earlier process left in the trash is removed in the background. */
async function emptyTrash(root: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (readdirSync(`${root}/.datamark/trash`).length > 0 && Date.now() < deadline) {
    await delay(10);
  }
}

async function act(provider: LocalProvider, verb: string): Promise<void> {
  const [volume] = provider.index.all('volume');
  const snapshots = provider.index.all('snapshot').sort((a, b) => (a.name < b.name ? -1 : 1));
  const [oldest] = snapshots;
  const [clone] = provider.index.all('clone');
  const none = { operationKey: null };
  if (volume === undefined) {
    throw new Error('There is no volume.');
  }
  if (verb === 'snapshot') {
    await provider.createSnapshot(volume.id, { note: '', heldUntil: null, notebook: null }, none);
  } else if (verb === 'clone' && oldest !== undefined) {
    await provider.createClone({ snapshot: oldest.name }, { name: 'made' }, none);
  } else if (verb === 'delete' && oldest !== undefined) {
    await provider.deleteSnapshot(oldest.name, oldest.uid);
  } else if (verb === 'delete-clone' && clone !== undefined) {
    await provider.deleteClone(clone.id, clone.uid);
  } else if (verb === 'look') {
    await emptyTrash(volume.mountPath);
  } else if (verb === 'hold') {
    // Keeps running, with the lock, until it is killed.
    await provider.createSnapshot(volume.id, { note: '', heldUntil: null, notebook: null }, none);
    await allOver(provider);
    process.stdout.write('holding\n');
    process.stdin.resume();
    await new Promise(resolve => process.stdin.once('end', resolve));
  }
}

async function main(): Promise<void> {
  const { verb, configuration } = JSON.parse(process.argv[2] ?? '{}') as { verb: string; configuration: unknown };
  const provider = new LocalProvider({
    configuration: LocalConfiguration.parse(configuration),
    log,
    version: '0',
    // `hold` keeps the lock, as a process does that works all the time.
    ...(verb === 'hold' ? { releaseAfterMs: 600_000 } : {})
  });
  await provider.start();
  let refused: unknown = null;
  try {
    await act(provider, verb);
  } catch (error) {
    refused = error instanceof ProblemError ? error.problem : String(error);
  }
  await allOver(provider);
  const { index } = provider;
  const answer = {
    refused,
    snapshots: index.all('snapshot'),
    clones: index.all('clone'),
    operations: index.all('operation'),
    notices: provider.notices()
  };
  await provider.stop();
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

await (isMainThread ? main() : runLocalWorker());
