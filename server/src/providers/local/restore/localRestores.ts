/** Restores of the local provider. */
import type { Restore } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import type { LocalServices, Restoring } from '../localServices';

/** Restores of all volumes. */
export class LocalRestores implements Restoring {
  constructor(private readonly services: LocalServices) {}

  plan(snapshot: string): Promise<Restore> {
    return Promise.reject(this.absent(snapshot));
  }

  approve(id: string): Promise<Restore> {
    return Promise.reject(this.absent(id));
  }

  undo(id: string): Promise<Restore> {
    return Promise.reject(this.absent(id));
  }

  recover(): Promise<void> {
    return Promise.resolve();
  }

  show(): void {
    // Nothing to show.
  }

  private absent(object: string): ProblemError {
    return new ProblemError('not-supported', {
      detail: `Restores are not there yet for ${this.services.volumes.size} volumes.`,
      next: 'Clone the snapshot instead.',
      object
    });
  }
}
