// Locks that refuse at once: CSI wants ABORTED for a second call on the same thing, the caller tries again.
import { CsiError } from './csiError';

/** Keys held alone or shared. */
export class KeyLocks {
  /** Runs `work` holding `alone` keys by itself and `shared` ones with other sharers; ABORTED if that can't be. */
  async during<T>(
    { alone = [], shared = [] }: { alone?: string[]; shared?: string[] },
    work: () => Promise<T>
  ): Promise<T> {
    for (const [keys, free] of [
      [alone, (held: number) => held === 0],
      [shared, (held: number) => held >= 0]
    ] as const) {
      const busy = keys.find(key => !free(this._held.get(key) ?? 0));
      if (busy !== undefined) {
        throw new CsiError('ABORTED', `an operation on ${busy} is already under way`);
      }
    }
    alone.forEach(key => this._held.set(key, -1));
    shared.forEach(key => this._held.set(key, (this._held.get(key) ?? 0) + 1));
    try {
      return await work();
    } finally {
      alone.forEach(key => this._held.delete(key));
      for (const key of shared) {
        const left = (this._held.get(key) ?? 1) - 1;
        if (left > 0) {
          this._held.set(key, left);
        } else {
          this._held.delete(key);
        }
      }
    }
  }

  /** −1 held alone, n > 0 shared by n. */
  private readonly _held = new Map<string, number>();
}
