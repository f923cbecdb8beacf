/** Waiting in tests: for a state of the index, with a deadline. */
import type { Clone, IndexedKind, IndexedObject, Operation, Snapshot } from '../../../contract';
import type { ObservedIndex } from '../observed/observedIndex';

const DEADLINE_MS = 20_000;

/** Resolves with what `find` returns as soon as that is not undefined, looking again at every change. */
export function untilIndexed<T>(
  index: ObservedIndex,
  what: string,
  find: () => T | undefined,
  deadlineMs = DEADLINE_MS
): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = (): boolean => {
      const found = find();
      if (found === undefined) {
        return false;
      }
      clearTimeout(timer);
      unsubscribe();
      resolve(found);
      return true;
    };
    const timer = setTimeout(() => {
      unsubscribe();
      const state = (['snapshot', 'clone', 'restore', 'operation'] as const).flatMap(kind => index.all(kind));
      reject(new Error(`Not within ${deadlineMs} ms: ${what}. The index holds ${JSON.stringify(state, null, 1)}`));
    }, deadlineMs);
    const unsubscribe = index.subscribe(look);
    look();
  });
}

/** Resolves with the object once it has the wanted phase. */
export function untilPhase<K extends 'snapshot' | 'clone'>(
  index: ObservedIndex,
  kind: K,
  id: string,
  phase: 'pending' | 'ready' | 'failed' | 'deleting'
): Promise<Extract<IndexedObject, { kind: K }>> {
  return untilIndexed(index, `${kind} ${id} is ${phase}`, () => {
    const object: Extract<IndexedObject, { kind: K }> | undefined = index.get(kind, id);
    const { state }: Partial<Snapshot | Clone> = object ?? {};
    return state?.phase === phase ? object : undefined;
  });
}

/** Resolves when the object is not in the index any more. */
export const untilGone = (index: ObservedIndex, kind: IndexedKind, id: string): Promise<true> =>
  untilIndexed(index, `${kind} ${id} is gone`, () => (index.get(kind, id) === undefined ? true : undefined));

/** Resolves with the newest operation on an object once it is over. */
export const untilOver = (index: ObservedIndex, object: string): Promise<Operation> =>
  untilIndexed(index, `the operation on ${object} is over`, () =>
    index
      .all('operation')
      .filter(operation => operation.object.name === object)
      .find(operation => operation.finishedAt !== null)
  );
