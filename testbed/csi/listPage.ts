// One page of a list.
import { CsiError, need } from './csiError';
import type { ListRequest } from './messages';

/** The entries that a request asks for. A token is the last sequence handed out, so what is deleted meanwhile upsets nothing. */
export function listPage<T extends { sequence: number }, A>(
  all: T[],
  { max_entries: most, starting_token: token }: ListRequest,
  answer: (one: T) => A
): { entries: A[]; next_token: string } {
  need(most >= 0, 'max_entries is negative');
  if (token && !/^\d{1,15}$/.test(token)) {
    throw new CsiError('ABORTED', `starting_token ${token} is not one of this driver's`);
  }
  const rest = all.filter(({ sequence }) => sequence > Number(token || 0)).sort((a, b) => a.sequence - b.sequence);
  const some = most > 0 ? rest.slice(0, most) : rest;
  return { entries: some.map(answer), next_token: some.length < rest.length ? String(some.at(-1)?.sequence) : '' };
}
