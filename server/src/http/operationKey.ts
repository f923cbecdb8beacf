/** From the client's Idempotency-Key to the short key that providers keep on what they make. */
import { createHash } from 'node:crypto';
import { ProblemError } from '../problemError';

/** 8 to 128 printable ASCII characters, as openapi.json says. */
const KEY = /^[\x21-\x7e]{8,128}$/;

/** The header's value, checked; null when there is none. */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) {
    return null;
  }
  if (!KEY.test(header)) {
    throw new ProblemError('invalid-request', {
      detail: 'The header Idempotency-Key takes 8 to 128 printable ASCII characters without spaces.',
      next: 'Send a random UUID, or leave the header out.',
      fields: [{ path: 'Idempotency-Key', message: 'Use 8 to 128 printable ASCII characters.' }]
    });
  }
  return header;
}

/**
 * The first 16 hex digits of the key's SHA-256. `part` tells apart what one request makes several of, so that
 * repeating it gives each its own object back.
 */
export function operationKey(idempotencyKey: string | null, part = ''): string | null {
  if (idempotencyKey === null) {
    return null;
  }
  const hash = createHash('sha256').update(idempotencyKey);
  return (part === '' ? hash : hash.update(`\n${part}`)).digest('hex').slice(0, 16);
}
