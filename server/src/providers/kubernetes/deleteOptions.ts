/** Deleting one life of an object, in the state that was looked at. */
import { z } from 'zod';

/** What a DELETE is answered with: the object while something still keeps it, else a Status. */
export const DeleteAnswer = z.object({ kind: z.string().default('') });

/** The body of a DELETE that only takes this life, and, where given, only in this state. */
export const deleteOptions = (preconditions: { uid: string; resourceVersion?: string }): object => ({
  apiVersion: 'v1',
  kind: 'DeleteOptions',
  preconditions
});
