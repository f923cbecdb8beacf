/**
 * Starts that were asked of hubs and not answered yet: no look at a restore waits for a hub. Only in memory; a hub that is
 * asked again answers that it is at it.
 */
import type { StartAnswer } from './hubServers';

/** Most tries that the hub itself has ended with an error: each counts towards its own end (`consecutive_failure_limit`). */
const MOST_FAILURES = 2;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

interface Asked {
  tries: number;
  failures: number;
  /** Why the last one was put off; '' before. */
  why: string;
  notBefore: number;
  answer: StartAnswer | null;
  underWay: boolean;
}

export class ServerStarts {
  readonly #asked = new Map<string, Asked>();

  /** Asks, or looks what came of it; null: nothing yet, or it is asked again later. */
  ask(uid: string, now: Date, start: () => Promise<StartAnswer>): StartAnswer | null {
    const asked = this.#asked.get(uid) ?? this.#first(uid);
    const { answer } = asked;
    if (answer !== null) {
      asked.answer = null;
      return this.#putOff(asked, answer, now);
    }
    if (!asked.underWay && now.getTime() >= asked.notBefore) {
      asked.underWay = true;
      void start().then(came => {
        asked.answer = came;
        asked.underWay = false;
      });
    }
    return null;
  }

  /** Why it was put off the last time; '': it was not. */
  why(uid: string): string {
    return this.#asked.get(uid)?.why ?? '';
  }

  isUnderWay(uid: string): boolean {
    return this.#asked.get(uid)?.underWay === true;
  }

  forget(uid: string): void {
    this.#asked.delete(uid);
  }

  #first(uid: string): Asked {
    const asked = { tries: 0, failures: 0, why: '', notBefore: 0, answer: null, underWay: false };
    this.#asked.set(uid, asked);
    return asked;
  }

  #putOff(asked: Asked, answer: StartAnswer, now: Date): StartAnswer | null {
    if (answer.kind !== 'later') {
      return answer;
    }
    asked.failures += answer.failed ? 1 : 0;
    if (asked.failures >= MOST_FAILURES) {
      return { kind: 'refused', why: answer.why };
    }
    const pauseMs = answer.failed ? LONGEST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** asked.tries);
    asked.tries++;
    asked.why = answer.why;
    asked.notBefore = now.getTime() + pauseMs;
    return null;
  }
}
