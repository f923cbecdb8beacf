/** Checks what came in against the contract's schemas; whatever does not fit becomes `invalid-request`. */
import type { z } from 'zod';
import { ObjectName } from '../../../contract';
import { ProblemError } from '../problemError';

/** Longest value that is quoted back. */
const QUOTED_MAX = 80;

/** The value as the schema reads it. `place` stands before each field's name, for example `query`. */
export function validated<T extends z.ZodType>(schema: T, value: unknown, place: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const fields = parsed.error.issues.map(issue => ({
    path: [place, ...issue.path.map(String)].join('.'),
    message: issue.message
  }));
  throw new ProblemError('invalid-request', {
    detail: fields.map(({ path, message }) => `${path}: ${message}`).join(' '),
    next: 'Correct what is named and send it again.',
    fields
  });
}

/** Names in the path, each checked. */
export function validatedParams(params: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, validated(ObjectName, value, `path.${name}`)])
  );
}

/** A value for a sentence: shortened, without characters that could garble a terminal. */
export function quoted(value: string): string {
  const plain = value.replaceAll(/[\p{C}\u2028\u2029]/gu, '�');
  return plain.length > QUOTED_MAX ? `${plain.slice(0, QUOTED_MAX)}…` : plain;
}
