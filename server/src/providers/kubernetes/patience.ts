/**
 * How long an error that the cluster may still mend counts as work in progress. Measured by a clock that can't be set,
 * from when the error was first seen here; one that the cluster says is older than that has had its chance.
 */

const PATIENCE_MS = 30_000;

interface Seen {
  readonly at: number;
  timer: NodeJS.Timeout | null;
}

/** One patience per object. `over` is called when one ends. */
export class Patience {
  private readonly seen = new Map<string, Seen>();

  constructor(
    private readonly over: (uid: string) => void,
    private readonly patienceMs = PATIENCE_MS
  ) {}

  /** Whether the error of an object has lasted long enough; `since`: when it began, as the cluster says. */
  isOver(uid: string, since: string | null): boolean {
    if (since !== null && Date.now() - Date.parse(since) > 2 * this.patienceMs) {
      return true;
    }
    const now = performance.now();
    let seen = this.seen.get(uid);
    if (seen === undefined) {
      const timer = setTimeout(() => this.over(uid), this.patienceMs + 1);
      timer.unref();
      seen = { at: now, timer };
      this.seen.set(uid, seen);
    }
    return now - seen.at >= this.patienceMs;
  }

  /** The object has no error, or is gone. */
  forget(uid: string): void {
    clearTimeout(this.seen.get(uid)?.timer ?? undefined);
    this.seen.delete(uid);
  }

  dispose(): void {
    for (const uid of [...this.seen.keys()]) {
      this.forget(uid);
    }
  }
}
