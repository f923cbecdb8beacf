/** System errors as answers: which errno is which problem, in words for a person. */
import { ManifestError } from './manifest';
import { ProblemError } from '../../problemError';

/** The errno name of a system error, or null. */
export function errorCode(error: unknown): string | null {
  // Not `instanceof Error`: an error may come from another realm, as those of Node do in a test's sandbox.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}

/** Whether what was looked for is not there (any more). */
export const isGone = (error: unknown): boolean => {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
};

/** Turns an error of the store's file system into the problem a person can act on. */
export function systemProblem(error: unknown, doing: string, object: string | null): ProblemError {
  if (error instanceof ProblemError) {
    return error;
  }
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ProblemError(
      'disk-full',
      {
        detail: `${doing}: ${code === 'ENOSPC' ? 'no space is left on the disk' : 'your disk quota is used up'}. What was half made is removed; nothing else was touched.`,
        next: 'Delete files or old snapshots, then try again.',
        object
      },
      { cause: error }
    );
  }
  if (code === 'EROFS') {
    return new ProblemError(
      'read-only-file-system',
      {
        detail: `${doing}: the file system is mounted read-only.`,
        next: 'Ask who runs this computer to mount it writable.',
        object
      },
      { cause: error }
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new ProblemError(
      'forbidden',
      {
        detail: `${doing}: the system does not permit it (${code}).`,
        next: 'Check who owns the directory and its permissions.',
        object
      },
      { cause: error }
    );
  }
  if (error instanceof ManifestError) {
    return new ProblemError(
      'store-corrupt',
      {
        detail: `${doing}: the list of a snapshot’s files is damaged. ${error.message}`,
        next: 'Use another snapshot. The files of this one are in its folder, whole.',
        object
      },
      { cause: error }
    );
  }
  const words = error instanceof Error ? error.message : String(error);
  return new ProblemError(
    'internal',
    { detail: `${doing}: ${words}`, next: 'Try again; if it stays, look at the log.', object },
    { cause: error }
  );
}
