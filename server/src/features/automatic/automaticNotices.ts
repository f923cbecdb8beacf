/** What is told of automatic snapshots that are not made, not needed or not removed. Pure. */
import type { Notice, Problem, Volume } from '../../../../contract';
import { ProblemError } from '../../problemError';

const notice = ({ name }: Volume, message: string, fix: string): Notice => ({
  code: 'automatic-snapshots',
  message,
  fix,
  object: name
});

/** Why a volume gets no automatic snapshots at all; null: it does. */
export function refusal(volume: Volume): Notice | null {
  const can = volume.can.snapshot;
  if (!can.available) {
    return notice(volume, `${volume.name} gets no automatic snapshots. ${can.reason}`, can.fix);
  }
  const message = `${volume.name} gets no automatic snapshots. It is mounted read-only here.`;
  return volume.readOnly ? notice(volume, message, 'Make them where it can be written to.') : null;
}

/** One was due and could not be made. */
export function notMade(volume: Volume, error: unknown): Notice {
  const { detail, next } = wordsOf(error);
  const message = `The automatic snapshot of ${volume.name} was not made. ${detail}`;
  return notice(volume, message, `${next} It is tried again by itself.`);
}

/** Whether files changed can't be told, so that one is made each time. */
export const madeUnseen = (volume: Volume, reason: string): Notice =>
  notice(
    volume,
    `Whether files on ${volume.name} change is not known: ${reason}. An automatic snapshot is made each time.`,
    'Set automatic snapshots off if these are too many.'
  );

/** There are more than are to be kept, and why. */
export function keptMore(volume: Volume, count: number, keep: number, why: unknown): Notice {
  const { detail, next } = wordsOf(why);
  return notice(volume, `${volume.name} has ${count} automatic snapshots instead of ${keep}. ${detail}`, next);
}

function wordsOf(error: unknown): Pick<Problem, 'detail' | 'next'> {
  return error instanceof ProblemError
    ? error.problem
    : { detail: 'Something failed inside Datamark.', next: 'Look into the log of the Jupyter server.' };
}
