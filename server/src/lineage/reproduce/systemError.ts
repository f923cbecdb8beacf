/** Errors of the file system as answers for a person. */
import { ProblemError } from '../../problemError';

const FULL: readonly unknown[] = ['ENOSPC', 'EDQUOT'];

/** Does it; a system error becomes a problem that begins with these words. */
export async function systemError<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (typeof code !== 'string') {
      throw error;
    }
    const slug = FULL.includes(code) ? 'disk-full' : code === 'EROFS' ? 'read-only-file-system' : 'not-supported';
    throw new ProblemError(
      slug,
      { detail: `${what} (${code}).`, next: 'Mend that, then ask again.' },
      { cause: error }
    );
  }
}
