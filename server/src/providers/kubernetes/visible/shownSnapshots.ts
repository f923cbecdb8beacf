/** Which volumes show their snapshots to this server, as the newest one of each tells: found out once, in the background. */
import type { Snapshot } from '../../../../../contract';
import type { VisibleRestores } from './visibleRestores';

export interface ShownSnapshotsOptions {
  readonly open: VisibleRestores['open'];
  /** A volume was found to show them, or not any more. */
  readonly changed: () => void;
}

export class ShownSnapshots {
  /** By volume; of an earlier snapshot until it is known of this one. */
  private readonly found = new Map<string, { uid: string; shown: boolean }>();

  constructor(private readonly options: ShownSnapshotsOptions) {}

  /** As far as it is known. */
  of(newest: Snapshot): boolean {
    const { volume, uid } = newest;
    const known = this.found.get(volume) ?? { uid: '', shown: false };
    if (known.uid !== uid) {
      this.found.set(volume, { ...known, uid });
      void this.look(newest);
    }
    return known.shown;
  }

  private async look(newest: Snapshot): Promise<void> {
    const opened = await this.options.open(newest);
    await opened?.snapshot.close();
    const { volume, uid } = newest;
    const before = this.found.get(volume);
    if (before?.uid === uid && before.shown !== (opened !== null)) {
      this.found.set(volume, { uid, shown: opened !== null });
      this.options.changed();
    }
  }
}
