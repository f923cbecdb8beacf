/** What this server knows of snapshots now, for telling where one that a run names is. */
import type { Provider } from '../providers/provider';
import type { LineagePlace } from './openLineage';
import type { KnownHere } from './snapshotNow';

/** Not complete while the storage can't be read, or tells no snapshots. */
export const knownHere = (provider: Provider, place: LineagePlace): KnownHere => ({
  volumes: provider.index.all('volume'),
  snapshots: provider.index.all('snapshot'),
  ...place,
  complete: provider.freshness().current && (provider.snapshotsRefused?.() ?? null) === null
});
