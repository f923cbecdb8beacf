/** What links call the volume of a snapshot: the claim in a cluster, elsewhere the directory as people call it. */
import type { Snapshot } from '../../../contract';
import type { Provider } from '../providers/provider';

export const linkedVolume = (
  { volume, volumeName }: Pick<Snapshot, 'volume' | 'volumeName'>,
  { kind }: Pick<Provider, 'kind'>
): string => (kind === 'kubernetes' ? volume : volumeName);
