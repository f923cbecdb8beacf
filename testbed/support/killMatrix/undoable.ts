// Which restores the next round can undo.
import type { Flight } from './flights';
import type { Verdict } from './verdict';

/** A round that is over. */
interface Flown {
  readonly all: readonly Flight[];
  /** None of a restore that has not ended. */
  readonly verdicts: readonly Verdict[];
}

/**
 * Those that have succeeded, and were the last of their claim: after any later one, also one without an end, nobody knows
 * what the claim holds.
 */
export function undoable(rounds: readonly Flown[]): Flight[] {
  const last = new Map(rounds.flatMap(({ all }) => all).map(flight => [flight.claim, flight] as const));
  const restored = rounds.flatMap(({ verdicts }) => verdicts).filter(({ ending }) => ending === 'restored');
  return restored.map(({ flight }) => flight).filter(flight => last.get(flight.claim) === flight);
}
