/** Waits until a snapshot is complete. */
import type { Snapshot } from '../../../contract';
import type { ObservedIndex } from '../observed/observedIndex';
import { ProblemError } from '../problemError';

/** Rejects with ProblemError where it failed, is gone, or is not ready in time; it stays as it is. */
export function snapshotReady(index: ObservedIndex, name: string, patienceMs: number): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const snapshot = index.get('snapshot', name);
      if (snapshot?.state.phase === 'ready') {
        end();
        resolve(snapshot);
      } else if (snapshot === undefined || snapshot.state.phase === 'failed' || snapshot.state.phase === 'deleting') {
        end();
        reject(notMade(name, snapshot));
      }
    };
    const timer = setTimeout(() => {
      end();
      reject(
        new ProblemError('not-ready', {
          detail: `The snapshot ${name} is being made, and takes longer than is waited for.`,
          next: 'Ask again: the same snapshot is used.',
          object: name
        })
      );
    }, patienceMs);
    const unsubscribe = index.subscribe(look);
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
    };
    look();
  });
}

const notMade = (name: string, snapshot: Snapshot | undefined): ProblemError =>
  snapshot?.state.phase === 'failed'
    ? ProblemError.of(snapshot.state.problem)
    : new ProblemError('snapshot-not-found', {
        detail: `The snapshot ${name} was deleted meanwhile.`,
        next: 'Ask again for a new one.',
        object: name
      });
