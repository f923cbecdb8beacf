/** Waits until an object of the model is as wanted, by the event stream; nobody polls. */
import type { IndexedKind, ServerEvent } from '../../contract';
import { problem } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import type { IDatamarkModel } from '../tokens';

export interface WaitForOptions<T> {
  readonly model: IDatamarkModel;
  readonly kind: IndexedKind;
  readonly id: string;
  /** The object as the model knows it now. */
  readonly known: () => T | null;
  /** Reads the object once more, so that the model knows it. */
  readonly read: () => Promise<void>;
  readonly done: (object: T) => boolean;
  readonly signal: AbortSignal;
}

/** Resolves with the object once `done` accepts it; rejects on abort, on removal, and when it can't be read at all. */
export function waitFor<T>(options: WaitForOptions<T>): Promise<T> {
  const { model, kind, id, known, read, done, signal } = options;
  return new Promise<T>((resolve, reject) => {
    const held = model.hold();
    const end = () => {
      model.changed.disconnect(check);
      model.observed.disconnect(observe);
      signal.removeEventListener('abort', aborted);
      held.dispose();
    };
    const fail = (error: unknown) => {
      end();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const aborted = () => fail(signal.reason ?? new DOMException('Aborted', 'AbortError'));
    const check = () => {
      const object = known();
      if (object !== null && done(object)) {
        end();
        resolve(object);
      }
    };
    const readAgain = () => {
      read().then(check, (error: unknown) => {
        // While the server is away the stream comes back by itself; then what was missed is told.
        if (!(error instanceof ApiProblem && error.isUnreachable)) {
          fail(error);
        }
      });
    };
    const observe = (_: unknown, event: ServerEvent) => {
      if (event.type === 'remove' && event.kind === kind && event.id === id) {
        fail(new ApiProblem('answered', gone(id)));
      } else if (event.type === 'reset') {
        readAgain();
      }
    };
    if (signal.aborted) {
      aborted();
      return;
    }
    signal.addEventListener('abort', aborted);
    model.changed.connect(check);
    model.observed.connect(observe);
    readAgain();
  });
}

function gone(id: string) {
  return problem('object-changed', { detail: `${id} is gone.`, next: '', object: id });
}
