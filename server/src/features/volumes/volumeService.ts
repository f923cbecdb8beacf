/** Reads volumes from the index. */
import type { Volume } from '../../../../contract';
import { quoted } from '../../http/validation';
import type { ObservedIndex } from '../../observed/observedIndex';
import { ProblemError } from '../../problemError';

/** Volumes as last observed. */
export class VolumeService {
  constructor(private readonly index: ObservedIndex) {}

  /** In the order in which the provider found them: the Jupyter server's root comes first. */
  list(): Volume[] {
    return this.index.all('volume');
  }

  /** Throws `volume-not-found`. */
  get(id: string): Volume {
    const volume = this.index.get('volume', id);
    if (volume === undefined) {
      throw new ProblemError('volume-not-found', {
        detail: `There is no volume ${quoted(id)}.`,
        next: 'List the volumes and use the id of one of them.',
        object: id
      });
    }
    return volume;
  }
}
