/** What a volume's row says about space, from what is known. Pure. */
import type { Volume } from '../../../contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UNKNOWN, type Format } from '../../model/format';

/** From this share of its size on a volume is nearly full. */
const HIGH = 0.9;

export interface VolumeUsage {
  /** Figure at the end of the row. */
  readonly text: string;
  /** Why it is not complete, else what it is. */
  readonly hover: string;
  /** Used share, 0 to 1; null: not known, so the bar is dashed. */
  readonly share: number | null;
  readonly high: boolean;
}

/** Used of requested where both are known; a directory has no size of its own, so there used and free are told apart. */
export function volumeUsage(volume: Volume, format: Format, trans: TranslationBundle): VolumeUsage {
  const { used, requested, free } = volume;
  const share = ((): number | null => {
    if (!used.known) {
      return null;
    }
    const all = requested.known ? requested.bytes : free.known ? used.bytes + free.bytes : 0;
    return all > 0 ? Math.min(1, used.bytes / all) : null;
  })();
  const text = requested.known
    ? format.usedOf(used, requested)
    : used.known
      ? trans.__('%1 used', format.size(used))
      : free.known
        ? trans.__('%1 free', format.size(free))
        : UNKNOWN;
  const hover = [
    used.known
      ? share === null
        ? trans.__('%1 used', format.size(used))
        : trans.__('%1 % used', Math.round(share * 100))
      : trans.__('Used size unknown: %1', used.reason),
    free.known ? trans.__('%1 free', format.size(free)) : trans.__('Free space unknown: %1', free.reason)
  ].join('\n');
  return { text, hover, share, high: share !== null && share >= HIGH };
}

/** What stores it and how it may be mounted, one fact a line. */
export function storageFacts(volume: Volume, trans: TranslationBundle): string {
  return [
    trans.__('Stored by %1', volume.driver),
    volume.storageClass === null ? null : trans.__('Storage class %1', volume.storageClass),
    volume.accessModes.length === 0 ? null : trans.__('Access %1', volume.accessModes.join(', '))
  ]
    .filter(part => part !== null)
    .join('\n');
}
