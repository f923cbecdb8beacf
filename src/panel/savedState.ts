/** Keeps the user's choices of the panel in the state database, and brings them back after a reload. */
import type { IStateDB } from '@jupyterlab/statedb';
import type { IDatamarkModel } from '../tokens';
import type { PanelState } from './panelState';

const KEY = 'jupyterlab-datamark:panel';
/** Choices are saved this long after the last one, in ms. */
const PAUSE = 300;

/** Restores, then saves whatever changes. Without a database the choices last as long as the page. */
export async function keepState(state: PanelState, model: IDatamarkModel, database: IStateDB | null): Promise<void> {
  state.restore(await database?.fetch(KEY).catch(() => undefined));
  const { volume, snapshot } = state.saved;
  if (volume !== null) {
    model.selectVolume(volume);
  }
  let wanted = snapshot;
  model.timeline.changed.connect(timeline => {
    if (timeline.list.state !== 'ready') {
      return;
    }
    if (wanted !== null) {
      const name = wanted;
      wanted = null;
      timeline.open(name);
    }
    state.set({ snapshot: timeline.opened });
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  state.changed.connect(() => {
    clearTimeout(timer);
    // Losing a choice of the panel is no loss of data: the next change saves all of them.
    timer = setTimeout(() => void database?.save(KEY, { ...state.saved }).catch(() => undefined), PAUSE);
  });
}
