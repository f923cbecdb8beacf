/** What the user chose in the panel: open sections, volume, opened row. Saved and restored by the panel plugin. */
import { Signal, type ISignal } from '@lumino/signaling';

export type SectionName = 'volumes' | 'timeline' | 'clones' | 'ingest' | 'lineage';

/** As it is saved. Unknown keys of other versions are ignored. */
export interface SavedPanelState {
  readonly open: Readonly<Record<SectionName, boolean>>;
  readonly volume: string | null;
  readonly snapshot: string | null;
}

const DEFAULT: SavedPanelState = {
  open: { volumes: true, timeline: true, clones: false, ingest: false, lineage: false },
  volume: null,
  snapshot: null
};

/** The choices, with a signal for who saves or shows them. */
export class PanelState {
  private readonly changedSignal = new Signal<this, void>(this);
  private current = DEFAULT;

  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  get saved(): SavedPanelState {
    return this.current;
  }

  isOpen(section: SectionName): boolean {
    return this.current.open[section];
  }

  setOpen(section: SectionName, open: boolean): void {
    this.set({ open: { ...this.current.open, [section]: open } });
  }

  /** Takes over what is known of a choice. */
  set(choice: Partial<SavedPanelState>): void {
    const next = { ...this.current, ...choice };
    if (JSON.stringify(next) !== JSON.stringify(this.current)) {
      this.current = next;
      this.changedSignal.emit();
    }
  }

  /** Reads what was saved; anything of another shape is left out. */
  restore(saved: unknown): void {
    if (typeof saved !== 'object' || saved === null) {
      return;
    }
    const { open, volume, snapshot } = saved as Record<string, unknown>;
    const opened = typeof open === 'object' && open !== null ? (open as Record<string, unknown>) : {};
    const flag = (name: SectionName) => {
      const value = opened[name];
      return typeof value === 'boolean' ? value : DEFAULT.open[name];
    };
    this.set({
      open: {
        volumes: flag('volumes'),
        timeline: flag('timeline'),
        clones: flag('clones'),
        ingest: flag('ingest'),
        lineage: flag('lineage')
      },
      volume: typeof volume === 'string' ? volume : null,
      snapshot: typeof snapshot === 'string' ? snapshot : null
    });
  }
}
