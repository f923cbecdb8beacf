/**
 * The opaque cursor of the timeline: a place in the order of snapshots, not an offset, so that it stays right
 * while snapshots are made and deleted.
 */
import type { Position } from '../../observed/newestFirst';
import { ProblemError } from '../../problemError';

/** A page begins at a position (`from`) or right behind it (`after`). */
export interface TimelineCursor extends Position {
  readonly begins: 'from' | 'after';
}

const PLAIN = /^(from|after) (-?\d{1,16}) ([a-z0-9][-a-z0-9.]*)$/;

export const encodeCursor = ({ begins, createdMs, name }: TimelineCursor): string =>
  Buffer.from(`${begins} ${createdMs} ${name}`).toString('base64url');

/** Throws `invalid-request` for a text that was not made by `encodeCursor`. */
export function decodeCursor(text: string): TimelineCursor {
  const [, begins, createdMs, name] = PLAIN.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if ((begins !== 'from' && begins !== 'after') || createdMs === undefined || name === undefined) {
    throw new ProblemError('invalid-request', {
      detail: 'The cursor was not made by this API.',
      next: 'Leave the cursor out to begin with the newest snapshot.',
      fields: [{ path: 'query.cursor', message: 'Use a cursor as it came in a page.' }]
    });
  }
  return { begins, createdMs: Number(createdMs), name };
}
