/**
 * The time of the API server, from the Date of its answers (RFC 9110, 6.6.1): admission policies and creation times go by that
 * clock, and the one of this computer may be another.
 */

/** What is told is at most so much behind, ms: whole seconds. */
const TOLD_TO_MS = 1000;

export class ServerClock {
  /** The server's clock is ahead of this one by at least and at most so much, ms. */
  #ahead: { readonly least: number; readonly most: number } | null = null;

  constructor(private readonly own: () => number = () => Date.now()) {}

  /** An answer came to what was sent at a time of the own clock. */
  heard(date: string | string[] | undefined, sentAt: number): void {
    const told = Date.parse(String(date));
    if (Number.isNaN(told)) {
      return;
    }
    const heard = { least: told - this.own(), most: told + TOLD_TO_MS - sentAt };
    const least = Math.max(heard.least, this.#ahead?.least ?? -Infinity);
    const most = Math.min(heard.most, this.#ahead?.most ?? Infinity);
    // Where both can't be true one of the clocks was set.
    this.#ahead = least <= most ? { least, most } : heard;
  }

  /** Own time as long as the server's may be the same, or nothing is known of it. */
  now(): Date {
    const { least, most } = this.#ahead ?? { least: 0, most: 0 };
    return new Date(this.own() + Math.min(Math.max(0, least), most));
  }
}
