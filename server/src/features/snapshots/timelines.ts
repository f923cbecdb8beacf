/** One timeline per volume that was asked for, kept in step with the index. */
import type { ObservedIndex } from '../../observed/observedIndex';
import { Timeline } from './timeline';

/** The timelines of all volumes. */
export class Timelines {
  private readonly timelines = new Map<string, Timeline>();
  private readonly unsubscribe: () => void;

  constructor(private readonly index: ObservedIndex) {
    this.unsubscribe = index.subscribe(change => {
      if (change.type === 'upsert') {
        if (change.object.kind === 'snapshot') {
          this.timelines.get(change.object.volume)?.upsert(change.object);
        }
      } else if (change.kind === 'snapshot' && change.volume !== null) {
        this.timelines.get(change.volume)?.remove(change.id);
      } else if (change.kind === 'volume') {
        this.timelines.delete(change.id);
      }
    });
  }

  /** The timeline of a volume; sorted at the first call, kept from then on. */
  of(volume: string): Timeline {
    let timeline = this.timelines.get(volume);
    if (timeline === undefined) {
      timeline = new Timeline(this.index.all('snapshot').filter(snapshot => snapshot.volume === volume));
      this.timelines.set(volume, timeline);
    }
    return timeline;
  }

  dispose(): void {
    this.unsubscribe();
    this.timelines.clear();
  }
}
