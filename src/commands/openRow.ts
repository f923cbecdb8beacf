/** What a command acts on that gets no argument, as from the palette: the open row of the timeline, what runs now. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { type Operation, problem } from '../../contract';
import type { IDatamarkModel } from '../tokens';
import { RefusedError } from './problemOf';

const RESTORE_ROW = 'restore:';

/** Name of the snapshot whose row is open, or null. */
export function openedSnapshot({ timeline }: IDatamarkModel): string | null {
  return timeline.opened === null || timeline.opened.startsWith(RESTORE_ROW) ? null : timeline.opened;
}

/** Id of the restore whose row is open, if it can be undone, or null. */
export function openedUndo({ timeline, restores }: IDatamarkModel): string | null {
  const found =
    restores.state === 'ready'
      ? restores.items.find(({ id, undo }) => undo.possible && timeline.opened === `${RESTORE_ROW}${id}`)
      : undefined;
  return found?.id ?? null;
}

/** The snapshot asked for, else the one whose row is open. */
export function snapshotAsked(model: IDatamarkModel, asked: string | undefined, trans: TranslationBundle): string {
  const name = asked ?? openedSnapshot(model);
  if (name === null) {
    throw new RefusedError(
      problem('invalid-request', {
        detail: trans.__('No snapshot is selected.'),
        next: trans.__('Select a snapshot in the timeline first.')
      })
    );
  }
  return name;
}

/** Operations that have not ended. */
export const unended = (operations: readonly Operation[]): Operation[] =>
  operations.filter(({ state }) => state === 'queued' || state === 'running');
