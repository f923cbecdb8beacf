/**
 * What ends a restore on its way is looked at twice: where two controllers work side by side, one may see what the other
 * has just done and not yet written down. A refusal stands when the same state leads to one once more.
 */
import type { VolumeRestore } from '../providers/kubernetes/volumeRestore';

/** Longer than one write of the other takes to follow its act, ms. */
const BETWEEN_MS = 500;

interface Refusal {
  readonly resourceVersion: string;
  readonly at: number;
}

export class ConfirmedRefusals {
  readonly #first = new Map<string, Refusal>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** 0: it stands. Else after how many ms to look again. */
  confirm({ metadata }: VolumeRestore): number {
    const { uid, resourceVersion } = metadata;
    const first = this.#first.get(uid);
    const at = this.clock();
    if (first?.resourceVersion !== resourceVersion) {
      this.#first.set(uid, { resourceVersion, at });
      return BETWEEN_MS;
    }
    const leftMs = first.at + BETWEEN_MS - at;
    if (leftMs <= 0) {
      this.#first.delete(uid);
    }
    return Math.max(0, leftMs);
  }

  forget(uid: string): void {
    this.#first.delete(uid);
  }
}
