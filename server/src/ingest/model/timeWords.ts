/** Sentences on when something was told. Pure. */
import type { MirrorState } from '../../../../contract';

/** `2026-11-23 14:05 UTC`. */
export const timeWords = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`;

/** Trident’s own word, and since when it stands; once settled, Trident does not look any more. */
export function toldWords(state: MirrorState, word: string | null, toldAt: string | null): string {
  if (word === null || word === '') {
    return 'Trident tells no state.';
  }
  const since = toldAt === null ? ', and not since when' : ` since ${timeWords(toldAt)}`;
  const isSettled = state === 'mirrored' || state === 'promoted';
  return `Trident tells “${word}”${since}${isSettled ? '; it does not look again' : ''}.`;
}
