// Whoever works with a cluster goes on trying while its API server is away.
import { Refused } from '../account';
import { waitUntil } from '../waitUntil';

/** Until there is an answer; throws what was refused. */
export async function lasting<T>(what: string, act: () => Promise<T>): Promise<T> {
  const answered = (): Promise<{ value: T } | { refused: Refused }> =>
    act().then(
      value => ({ value }),
      (error: unknown) => {
        if (error instanceof Refused && error.status < 500) {
          return { refused: error };
        }
        throw error;
      }
    );
  const answer = await waitUntil(what, answered);
  if ('refused' in answer) {
    throw answer.refused;
  }
  return answer.value;
}

/** For objects of a name that nobody else gives: there already, it was made by a try whose answer was lost. */
export async function made(what: string, make: () => Promise<unknown>): Promise<void> {
  await lasting(what, make).catch(unless(409));
}

/** There is none any more: a try whose answer was lost has deleted it, or somebody else has. */
export async function deleted(what: string, remove: () => Promise<unknown>): Promise<void> {
  await lasting(what, remove).catch(unless(404));
}

const unless =
  (status: number) =>
  (error: unknown): void => {
    if (!(error instanceof Refused && error.status === status)) {
      throw error;
    }
  };
