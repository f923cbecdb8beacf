/** Why a copy straight from a snapshot has ended early, for a person. */
import type { Leftover } from './writeBeside';
import { problem, type Problem, type ProblemSlug } from '../../../../../contract';

/** Of an error of the system. */
export function copyProblem(error: unknown, volumeName: string, object: string): Problem {
  const code = String((error as NodeJS.ErrnoException | null)?.code ?? '');
  const told = (slug: ProblemSlug, detail: string, next: string): Problem =>
    problem(slug, { detail: `${detail} ${leftWords(error)}`, next, object });
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return told('disk-full', `${volumeName} has no space left for the files.`, 'Free some space, or choose less.');
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return told(
        'forbidden',
        `The system does not permit to write the files to ${volumeName} (${code}).`,
        'Clone the snapshot and open the clone.'
      );
    case 'ESTALE':
    case 'ENOENT':
      return told('snapshot-not-found', 'The snapshot went away while it was read.', 'Choose another snapshot.');
    default:
      return told(
        'storage-failed',
        `The files could not be copied: ${code || String(error)}.`,
        'Try again; if it fails again, ask an admin to look at the storage.'
      );
  }
}

/** Of a copy that its user gave up. */
export const copyCancelled = (error: unknown, object: string): Problem =>
  problem('cancelled', {
    detail: `Cancelled. ${leftWords(error)}`,
    next: 'Copy the files when you want them.',
    object
  });

/** What is left of it. */
function leftWords(error: unknown): string {
  const { leftover } = (error ?? {}) as Partial<Leftover>;
  return leftover === undefined
    ? 'Nothing was replaced, and nothing of the copy is left.'
    : `Nothing was replaced. The folder ${leftover} could not be removed: delete it.`;
}
