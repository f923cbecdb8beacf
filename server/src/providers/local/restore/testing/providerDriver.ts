/** Drives a local provider as a client would: asks, waits for what the index shows, approves. For tests of restores. */
import type { Restore } from '../../../../../../contract';
import { LocalConfiguration } from '../../../../configuration';
import type { JobRunner } from '../../jobRunner';
import { LocalProvider } from '../../provider';

const FINAL = ['succeeded', 'rolled-back', 'failed', 'cancelled'];
const DEADLINE_MS = 60_000;
const NO_KEY = { operationKey: null };

/** The first state of the index that has what is looked for. */
export function until<T>(provider: LocalProvider, look: () => T | null): Promise<T> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      stop();
      reject(new Error(`Nothing came: ${JSON.stringify(provider.index.all('restore'))}`));
    }, DEADLINE_MS);
    const stop = provider.index.subscribe(() => {
      const found = look();
      if (found !== null) {
        clearTimeout(deadline);
        stop();
        resolve(found);
      }
    });
    const found = look();
    if (found !== null) {
      clearTimeout(deadline);
      stop();
      resolve(found);
    }
  });
}

/** Whether nothing more happens to a restore. */
export const isOver = (restore: Restore | undefined): boolean => restore !== undefined && FINAL.includes(restore.phase);

/** A provider of one directory, started. */
export async function startProvider(options: {
  readonly root: string;
  readonly faults?: LocalConfiguration['faults'];
  readonly exclude?: readonly string[];
  readonly runner?: JobRunner;
}): Promise<LocalProvider> {
  const { root, faults, exclude = [], runner } = options;
  const provider = new LocalProvider({
    configuration: LocalConfiguration.parse({ volumes: [{ path: root, name: 'home' }], faults, exclude }),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    version: '0',
    ...(runner === undefined ? {} : { runner })
  });
  await provider.start();
  return provider;
}

/** Waits for a plan that was asked for. */
export async function untilPlanned(provider: LocalProvider, restore: Restore): Promise<Restore> {
  return until(provider, () => {
    const now = provider.index.get('restore', restore.id);
    return now !== undefined && (now.phase === 'planned' || isOver(now)) ? now : null;
  });
}

/** Waits for the end of a restore. */
export async function untilOver(provider: LocalProvider, id: string): Promise<Restore> {
  return until(provider, () => {
    const now = provider.index.get('restore', id);
    return now !== undefined && isOver(now) ? now : null;
  });
}

async function carryThrough(provider: LocalProvider, asked: Restore): Promise<Restore> {
  const planned = await untilPlanned(provider, asked);
  if (planned.phase !== 'planned') {
    return planned;
  }
  await provider.approveRestore(planned.id, planned.uid);
  return untilOver(provider, planned.id);
}

/** Plans, approves and waits for the end. */
export const restoreTo = async (provider: LocalProvider, snapshot: string): Promise<Restore> =>
  carryThrough(provider, await provider.planRestore(snapshot, null, NO_KEY));

/** The same for the way back. */
export const undo = async (provider: LocalProvider, restore: string): Promise<Restore> =>
  carryThrough(provider, await provider.undoRestore(restore, NO_KEY));

/** Waits until nothing an earlier process left is unfinished; all restores, newest first. */
export async function untilRecovered(provider: LocalProvider): Promise<Restore[]> {
  const all = (): Restore[] => provider.index.all('restore');
  await until(provider, () => (all().every(one => isOver(one) || one.phase === 'planned') ? true : null));
  return all().sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}
