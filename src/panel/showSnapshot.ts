/** Brings a snapshot into view: its volume selected, its row open. */
import type { IDatamark, ITimelineModel } from '../tokens';
import type { PanelState } from './panelState';

/** A list that is being read is waited for this long, in ms. */
const DEADLINE = 30_000;

/** Row of the opened snapshot, or -1 where the timeline does not have it. Rejects where the snapshot is unknown. */
export async function showSnapshot(datamark: IDatamark, state: PanelState, name: string): Promise<number> {
  const { api, model } = datamark;
  const snapshot = model.knownSnapshot(name) ?? (await api.snapshot(name));
  state.set({ volume: snapshot.volume });
  state.setOpen('timeline', true);
  model.selectVolume(snapshot.volume);
  await whenRead(model.timeline);
  let row = await model.timeline.find(name);
  if (row < 0) {
    // A filter may hide it, or it is newer than the list.
    model.timeline.setFilter({ q: '', from: null, to: null });
    await model.refresh();
    row = await model.timeline.find(name);
  }
  model.timeline.open(name);
  return row;
}

function whenRead(timeline: ITimelineModel): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(deadline);
      timeline.changed.disconnect(check);
    };
    const check = () => {
      if (timeline.list.state !== 'loading') {
        end();
        resolve();
      }
    };
    const deadline = setTimeout(() => {
      end();
      reject(new Error('the list of snapshots was not read in time'));
    }, DEADLINE);
    timeline.changed.connect(check);
    check();
  });
}
