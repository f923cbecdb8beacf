/** The sentences of a restore: what it says while it runs, when it is done, and why it was not done. Pure. */
import type { Problem } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import { systemProblem } from '../systemProblem';
import { files } from './countChanges';
import type { Progress } from './journal';

const NAMED = 3;

const some = (names: readonly string[]): string => {
  const named = names.slice(0, NAMED).join(', ');
  return names.length <= NAMED ? named : `${named} and ${names.length - NAMED} more`;
};

const TIME = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23'
});

/** `17 Nov, 09:12`, in the server's time zone. */
export const shortTime = (instant: string): string => TIME.format(new Date(instant));

/** What came of a restore besides success, as sentences. */
export function remarks(progress: Progress, keptFolder: string): string[] {
  const { kept, left, changedMeanwhile, unsettled } = progress;
  return [
    ...(kept.length > 0
      ? [`${files(kept.length)} changed during the restore, kept in ${keptFolder}: ${some(kept)}.`]
      : []),
    ...(left.length > 0 && progress.failure === null
      ? [
          `${files(left.length)} made during the restore ${left.length === 1 ? 'stays' : 'stay'} as made: ${some(left)}.`
        ]
      : []),
    ...(changedMeanwhile.length > 0
      ? [
          `${files(changedMeanwhile.length)} changed after that and ${changedMeanwhile.length === 1 ? 'is' : 'are'} newer than the snapshot: ${some(changedMeanwhile)}.`
        ]
      : []),
    ...(unsettled.length > 0 ? [`The system did not let permissions or time be set on ${some(unsettled)}.`] : [])
  ];
}

/** Why a restore went back, and whether all is as before. */
export function rolledBackProblem(
  progress: Progress,
  volumeName: string,
  safetyTitle: string,
  id: string
): ProblemError {
  const { failure, asBefore, left } = progress;
  const end = asBefore
    ? 'Your data is as before.'
    : `Not everything could be put back: ${some(left)}. The safety snapshot “${safetyTitle}” holds everything from before.`;
  const next = asBefore ? 'Try again.' : `Restore “${safetyTitle}”.`;
  if (failure?.verification === true) {
    return new ProblemError('verification-failed', {
      detail: `The restored volume failed its check: ${failure.words}. ${end}`,
      next,
      object: id
    });
  }
  if (failure?.code === 'ENOSPC' || failure?.code === 'EDQUOT') {
    return new ProblemError('disk-full', {
      detail: `${volumeName} was not restored: the disk became full. ${end}`,
      next: asBefore ? 'Delete files or old snapshots, then try again.' : next,
      object: id
    });
  }
  return new ProblemError('internal', {
    detail: `${volumeName} was not restored: ${failure?.words ?? 'something failed'}. ${end}`,
    next,
    object: id
  });
}

/** Why a restore ended before it changed anything. */
export function unchangedProblem(error: unknown, volumeName: string, id: string): Problem {
  const { problem } = systemProblem(error, `${volumeName} was not restored`, id);
  const detail = problem.detail.includes('Nothing was changed')
    ? problem.detail
    : `${problem.detail} Nothing was changed.`;
  return { ...problem, detail };
}
