/** What became of a snapshot that a saved output names: asked of the server when a button is pressed, never before. */
import type { Snapshot } from '../../contract';
import { problemSlug } from '../../contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import { problemOf } from '../commands/problemOf';
import type { IDatamarkApi } from '../tokens';

/** `gone` also if another snapshot has the name now: that is not the one the output shows. */
export type LiveState =
  | { readonly live: 'there'; readonly snapshot: Snapshot }
  | { readonly live: 'gone' }
  /** Nobody could be asked, so nothing is claimed. */
  | { readonly live: 'unknown'; readonly reason: string };

/** Longest time a click waits for the answer, in ms. */
const ASK_MS = 15_000;

/** Asks for the snapshot of that name and life. */
export async function liveState(
  api: IDatamarkApi | null,
  shown: { readonly name: string; readonly uid: string },
  trans: TranslationBundle
): Promise<LiveState> {
  if (api === null) {
    return { live: 'unknown', reason: trans.__('Datamark is not enabled on this page.') };
  }
  try {
    const snapshot = await api.snapshot(shown.name, AbortSignal.timeout(ASK_MS));
    const same = snapshot.uid === shown.uid && snapshot.state.phase !== 'deleting';
    return same ? { live: 'there', snapshot } : { live: 'gone' };
  } catch (error) {
    const problem = problemOf(error, trans);
    return problemSlug(problem.type) === 'snapshot-not-found'
      ? { live: 'gone' }
      : { live: 'unknown', reason: problem.detail };
  }
}
