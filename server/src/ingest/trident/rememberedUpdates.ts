/**
 * What Trident’s objects do not tell of updates that were asked for here: that one was found running instead of begun, and
 * that one was taken back, of which no object is left. Kept in this process, one each for a mirror.
 */
import type { MirrorUpdate } from '../../../../contract';

export class RememberedUpdates {
  private readonly found = new Map<string, string>();
  private readonly takenBack = new Map<string, MirrorUpdate>();

  /** This update of the mirror ran already when somebody asked for one. */
  ranAlready(mirror: string, update: string): void {
    this.found.set(mirror, update);
  }

  cancelled(mirror: string, update: MirrorUpdate): void {
    this.takenBack.set(mirror, update);
  }

  /** Its object is deleted, and may be told for a moment still. */
  isTakenBack(mirror: string, update: string): boolean {
    return this.takenBack.get(mirror)?.id === update;
  }

  /** The last update of the mirror; `newest` is the last of which there is an object. */
  lastOf(mirror: string, newest: MirrorUpdate | null): MirrorUpdate | null {
    const cancelled = this.takenBack.get(mirror) ?? null;
    if (newest === null || (cancelled !== null && newest.askedAt < cancelled.askedAt)) {
      return cancelled;
    }
    return { ...newest, alreadyRunning: this.found.get(mirror) === newest.id };
  }
}
