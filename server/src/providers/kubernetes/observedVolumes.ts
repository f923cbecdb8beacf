/** The volumes as the index shows them: what their claims tell, what can be done with them now, and their snapshots. */
import type { Capability, Elsewhere, Snapshot, Volume } from '../../../../contract';
import type { Action } from './accountRights';
import type { KubernetesServices } from './services';
import { chooseSnapshotClass } from './snapshots/snapshotClassChoice';
import type { ClaimRecord } from './volumes/claims';

export interface ObservedVolumesOptions {
  readonly services: KubernetesServices;
  /** Why nothing can be asked of the cluster now; null: it can. */
  readonly unreachable: () => Extract<Capability, { available: false }> | null;
  readonly elsewhere: () => Elsewhere | null;
  /** Whether this server sees the snapshots of a volume in it, as its newest one tells. */
  readonly shows: (newest: Snapshot) => boolean;
}

interface Counted {
  readonly count: number;
  readonly last: string | null;
  /** Ready. */
  readonly newest: Snapshot | null;
}

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
      const { count, last, newest } = counted.get(record.claim) ?? { count: 0, last: null, newest: null };
      index.upsert({
        ...record.volume,
        can: this.can(record, newest),
        snapshotCount: count,
        lastSnapshotAt: last,
        ...(elsewhere === null || elsewhere.state === 'shown' ? {} : { elsewhere })
      });
    }
  }

  private countSnapshots(): Map<string, Counted> {
    const counted = new Map<string, Counted>();
    for (const snapshot of this.options.services.index.all('snapshot')) {
      const { volume, createdAt, state } = snapshot;
      const { count, last, newest } = counted.get(volume) ?? { count: 0, last: null, newest: null };
      const isNewest = state.phase === 'ready' && (newest === null || createdAt > newest.createdAt);
      counted.set(volume, {
        count: count + 1,
        last: last === null || createdAt > last ? createdAt : last,
        newest: isNewest ? snapshot : newest
      });
    }
    return counted;
  }

  private can(record: ClaimRecord, newest: Snapshot | null): Volume['can'] {
    // From a snapshot that it sees the server copies by itself: that takes no right and no controller.
    const copies =
      newest !== null &&
      this.options.unreachable() === null &&
      !record.readOnly &&
      record.volume.can.files.available &&
      this.options.shows(newest);
    return {
      snapshot: this.first(record, 'snapshot', record.volume.can.snapshot, this.classFor(record)),
      clone: this.first(record, 'clone', record.volume.can.clone, { available: true }),
      restore: this.first(record, 'restore', record.volume.can.restore, { available: true }),
      files: copies ? { available: true } : this.first(record, 'files', record.volume.can.files, { available: true })
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
