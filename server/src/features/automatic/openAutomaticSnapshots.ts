/** Automatic snapshots as the configuration wants them: what differs between providers is decided here alone. */
import type { Configuration } from '../../configuration';
import type { Log } from '../../log';
import type { GuardedDeletion } from '../../lineage/guardedDeletion';
import type { Provider } from '../../providers/provider';
import { AutomaticSnapshots } from './automaticSnapshots';

export interface OpenAutomaticSnapshotsOptions {
  readonly configuration: Configuration;
  readonly provider: Provider;
  readonly deletion: GuardedDeletion;
  readonly log: Log;
  readonly startedAt: Date;
}

/** The API server stamps snapshots, nodes and file servers stamp files: as far apart as their clocks may be, ms. */
const CLOCK_SKEW_MS = 600_000;

/** Not begun yet. */
export async function openAutomaticSnapshots(options: OpenAutomaticSnapshotsOptions): Promise<AutomaticSnapshots> {
  const { configuration, ...rest } = options;
  const settings = configuration.automatic;
  if (configuration.provider === 'kubernetes') {
    return new AutomaticSnapshots({ ...rest, settings, oneFileSystem: true, clockSkewMs: CLOCK_SKEW_MS });
  }
  const { excludePatterns } = await import('../../providers/local/excludePatterns');
  const excludes = excludePatterns(configuration.exclude);
  return new AutomaticSnapshots({ ...rest, settings, excludes, oneFileSystem: false, clockSkewMs: null });
}
