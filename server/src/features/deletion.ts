/** What all deletions ask of the request: the uid of the life that was looked at. */
import { ProblemError } from '../problemError';

/** The uid; throws `invalid-request` without one. */
export function requiredUid(query: { readonly uid?: string | undefined }, name: string): string {
  if (query.uid === undefined) {
    throw new ProblemError('invalid-request', {
      detail: `Deleting ${name} needs its uid, so that nothing else of the same name is deleted.`,
      next: 'Ask with dryRun first and send the uid of its answer.',
      object: name,
      fields: [{ path: 'query.uid', message: 'Required unless dryRun is set.' }]
    });
  }
  return query.uid;
}
