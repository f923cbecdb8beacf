/** The volumes as the index shows them: what their claims tell, what can be done with them now, and their snapshots. */
import type { Capability, Elsewhere, Volume } from '../../../../contract';
import type { Action } from './accountRights';
import type { KubernetesServices } from './services';
import { chooseSnapshotClass } from './snapshots/snapshotClassChoice';
import type { ClaimRecord } from './volumes/claims';

export interface ObservedVolumesOptions {
  readonly services: KubernetesServices;
  /** Why nothing can be asked of the cluster now; null: it can. */
  readonly unreachable: () => Extract<Capability, { available: false }> | null;
  readonly elsewhere: () => Elsewhere | null;
}

/** In place of an in-place restore. */
export const NO_RESTORE = {
  available: false,
  reason: 'Restore in place needs the Datamark controller, which this version does not have.',
  fix: 'Clone the snapshot instead.'
} as const;

/** Puts the volumes into the index. */
export class ObservedVolumes {
  constructor(private readonly options: ObservedVolumesOptions) {}

  /** Makes the index as claims, rights and snapshots are now. */
  show(): void {
    const { claims, index } = this.options.services;
    const records = claims.list();
    const shown = new Set(records.map(({ claim }) => claim));
    for (const { id } of index.all('volume')) {
      if (!shown.has(id)) {
        index.remove('volume', id);
      }
    }
    const counted = this.countSnapshots();
    const elsewhere = this.options.elsewhere();
    for (const record of records) {
      const { count, last } = counted.get(record.claim) ?? { count: 0, last: null };
      index.upsert({
        ...record.volume,
        can: this.can(record),
        snapshotCount: count,
        lastSnapshotAt: last,
        ...(elsewhere === null || elsewhere.state === 'shown' ? {} : { elsewhere })
      });
    }
  }

  private countSnapshots(): Map<string, { count: number; last: string | null }> {
    const counted = new Map<string, { count: number; last: string | null }>();
    for (const { volume, createdAt } of this.options.services.index.all('snapshot')) {
      const { count, last } = counted.get(volume) ?? { count: 0, last: null };
      counted.set(volume, { count: count + 1, last: last === null || createdAt > last ? createdAt : last });
    }
    return counted;
  }

  private can(record: ClaimRecord): Volume['can'] {
    return {
      snapshot: this.first(record, 'snapshot', record.volume.can.snapshot, this.classFor(record)),
      clone: this.first(record, 'clone', record.volume.can.clone, { available: true }),
      restore: NO_RESTORE
    };
  }

  /** The first thing that stands in the way: what is nearest to the person's own hands comes first. */
  private first(record: ClaimRecord, action: Action, own: Capability, last: Capability): Capability {
    const unreachable = this.options.unreachable();
    if (unreachable !== null) {
      return unreachable;
    }
    if (!own.available) {
      return own;
    }
    const found = this.options.services.rights.obstacle(action, record.claim);
    return found === null ? last : { available: false, reason: found.reason, fix: found.fix };
  }

  private classFor({ driver }: ClaimRecord): Capability {
    const { classes, snapshotClass } = this.options.services;
    const choice = chooseSnapshotClass({ classes: classes.snapshots, driver, configured: snapshotClass });
    return choice.possible ? { available: true } : { available: false, reason: choice.reason, fix: choice.fix };
  }
}
