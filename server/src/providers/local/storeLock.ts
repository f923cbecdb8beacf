/**
 * One writer per store: `<root>/.datamark/lock` names the process that may change it. A lock is stale only when its
 * process has certainly ended, which can be told on the same host, boot and pid namespace alone.
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { z } from 'zod';
import { ProblemError } from '../../problemError';
import { readJsonFile } from './atomicFile';
import { hasEnded, ProcessIdentity, thisProcess } from './processIdentity';
import type { Store } from './store';
import { errorCode } from './systemProblem';

/** What the lock file says. */
export const LockFile = ProcessIdentity.extend({
  id: z.string(),
  since: z.string(),
  /** Socket of the sidecar that serves this store, for clients that look for it. */
  socket: z.string().nullable()
});
export type LockFile = z.infer<typeof LockFile>;

/** The lock of one store, as seen and held by this process. */
export class StoreLock {
  private held: LockFile | null = null;

  constructor(
    private readonly store: Store,
    private readonly socket: string | null
  ) {}

  /** Why this process could not take the lock now, or null where it could. Changes nothing. */
  refusal(): ProblemError | null {
    const found = readJsonFile(this.store.lock, LockFile);
    if (found.state === 'corrupt') {
      return this.unreadable(found.why);
    }
    const other = found.state === 'read' && found.value.id !== this.held?.id ? found.value : null;
    return other === null || hasEnded(other, thisProcess()) ? null : this.refused(other);
  }

  /** Whether a process left the lock when it ended. */
  isLeft(): boolean {
    const found = readJsonFile(this.store.lock, LockFile);
    return found.state === 'read' && hasEnded(found.value, thisProcess());
  }

  /** Whether this process holds the lock, looked up in the file itself. */
  isHeld(): boolean {
    if (this.held === null) {
      return false;
    }
    const found = readJsonFile(this.store.lock, LockFile);
    if (found.state !== 'read' || found.value.id !== this.held.id) {
      this.held = null;
    }
    return this.held !== null;
  }

  /** Takes the lock, or throws `store-locked` naming the holder. Held already: does nothing. */
  acquire(): void {
    if (this.isHeld()) {
      return;
    }
    const mine: LockFile = {
      ...thisProcess(),
      id: randomBytes(12).toString('hex'),
      since: new Date().toISOString(),
      socket: this.socket
    };
    // Each round removes at most one stale lock; more rounds than competitors could leave mean something else is wrong.
    for (let round = 0; round < 16; round += 1) {
      if (this.publish(mine)) {
        this.held = mine;
        return;
      }
      const found = readJsonFile(this.store.lock, LockFile);
      if (found.state === 'corrupt') {
        throw this.unreadable(found.why);
      }
      if (found.state === 'read') {
        if (!hasEnded(found.value, mine)) {
          throw this.refused(found.value);
        }
        this.removeStale(found.value);
      }
    }
    throw this.unreadable('it comes and goes');
  }

  /** Gives the lock back, if it still is ours. */
  release(): void {
    if (this.isHeld()) {
      fs.unlinkSync(this.store.lock);
      this.held = null;
    }
  }

  /** Puts a complete lock file in place in one step; false where there is one already. */
  private publish(mine: LockFile): boolean {
    const temporary = `${this.store.lock}.${mine.id}`;
    fs.writeFileSync(temporary, `${JSON.stringify(mine, null, 1)}\n`, { flag: 'wx', mode: 0o600 });
    try {
      fs.linkSync(temporary, this.store.lock);
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EEXIST') {
        return false;
      }
      if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'EMLINK') {
        return this.publishWithoutLinks(mine);
      }
      throw error;
    } finally {
      fs.rmSync(temporary, { force: true });
    }
  }

  /** For file systems without hard links. A reader may for a moment see an empty lock, which counts as held. */
  private publishWithoutLinks(mine: LockFile): boolean {
    try {
      fs.writeFileSync(this.store.lock, `${JSON.stringify(mine, null, 1)}\n`, { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') {
        return false;
      }
      throw error;
    }
  }

  /**
   * Removes a stale lock. It is moved aside first and looked at again: if another process replaced it meanwhile,
   * what was moved is that process's living lock and goes back.
   */
  private removeStale(stale: LockFile): void {
    const aside = `${this.store.lock}.${randomBytes(12).toString('hex')}`;
    try {
      fs.renameSync(this.store.lock, aside);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        return;
      }
      throw error;
    }
    const moved = readJsonFile(aside, LockFile);
    if (moved.state !== 'read' || moved.value.id !== stale.id) {
      try {
        fs.linkSync(aside, this.store.lock);
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') {
          fs.renameSync(aside, this.store.lock);
        }
      }
    }
    fs.rmSync(aside, { force: true });
  }

  private refused(other: LockFile): ProblemError {
    const self = thisProcess();
    const elsewhere =
      other.host !== self.host
        ? `on ${other.host}`
        : other.bootId !== self.bootId
          ? `on ${other.host} before it was restarted`
          : other.pidNamespace !== self.pidNamespace
            ? `on ${other.host}, in another container`
            : `on this computer`;
    const message = `Process ${other.pid} ${elsewhere} works on ${this.store.root} since ${other.since}.`;
    const next = `Stop that server, or, if it has certainly ended, remove ${this.store.lock}.`;
    return new ProblemError('store-locked', {
      detail: message,
      next,
      object: this.store.lock,
      blockers: [
        {
          kind: 'lock',
          object: this.store.lock,
          message,
          fix: next,
          by: `${other.host}, process ${other.pid}`,
          since: other.since
        }
      ]
    });
  }

  private unreadable(why: string): ProblemError {
    return new ProblemError('store-locked', {
      detail: `${this.store.lock} can’t be read (${why}), so it is not known who works on ${this.store.root}.`,
      next: `Make sure that no other server works there, then remove ${this.store.lock}.`,
      object: this.store.lock
    });
  }
}
