/**
 * A restore of a volume that this page's own server uses. The server is asked to stop only once all is prepared; then the
 * page stays, looks only whether a server answers again, and is loaded anew when one does.
 */
import type { Restore } from '../../contract';
import { isFinal } from '../dialogs/restoreProgressWords';
import { itemsOf } from '../model/listState';
import type { ICommandContext } from './commandContext';
import { problemOf } from './problemOf';

/** Between two looks at the server, ms. */
const LOOK_EVERY_MS = 1_000;
/** Longest time in which a server that was started is waited for, ms. */
const ANSWERS_WITHIN_MS = 5 * 60_000;
/** So often the page looks whether the hub’s page, opened beside it, has logged in. */
const LOOKS_FOR_LOGIN = 15;

/** Everything is prepared, or it is over: until then the server goes on. */
export const isPrepared = (restore: Restore): boolean => isFinal(restore) || restore.phase === 'waiting';

/**
 * Stops the server and shows the card until the page is loaded anew. Returns only if the restore ends while the server
 * still runs, or the server could not be stopped.
 */
export async function stopForRestore(context: ICommandContext, restore: Restore): Promise<void> {
  const { showStopped, StoppedState } = await import('../dialogs/serverStopped');
  const { server, followedRestore, datamark, openPage } = context;
  const { connection } = datamark.model;
  const over = new AbortController();
  const state = new StoppedState();
  const platform = connection.state === 'online' ? connection.status.platform : null;
  // The hub’s page goes on to the server by itself. Of two pages that log in to a server at once JupyterHub 5.5 refuses one
  // or both with an error page ("oauth state does not match"), so this one leaves it to that one.
  let looksForLogin = 0;
  const card = showStopped({
    ...{ restore, state, platform, language: context, signal: over.signal },
    openPage: address => {
      looksForLogin = LOOKS_FOR_LOGIN;
      openPage(address);
    }
  });
  followedRestore.set(restore.id);
  try {
    await server.stop();
    datamark.model.serverStops(restore);
    let isBack = false;
    do {
      await pause(LOOK_EVERY_MS);
      state.sighting = await server.look();
      isBack = state.sighting === 'back' || (state.sighting === 'answers' && looksForLogin-- <= 0);
    } while (!isBack && !(state.sighting === 'running' && hasEnded(context, restore.id)));
    if (isBack) {
      server.reload();
    }
  } catch (error) {
    followedRestore.set(null);
    const { trans } = context;
    context.announcer.problem(trans.__('Your server was not stopped'), {
      ...problemOf(error, trans),
      next: trans.__(
        'The restore of %1 waits. Stop your server on the hub’s page, or cancel the restore.',
        restore.volumeName
      )
    });
  } finally {
    over.abort();
    await card;
  }
}

const hasEnded = ({ datamark }: ICommandContext, id: string): boolean =>
  itemsOf(datamark.model.restores).some(one => one.id === id && isFinal(one));

/**
 * After the page was loaded anew: tells how the restore ended for which its server was stopped. A server that has just
 * started may be slow to answer.
 */
export async function tellFollowed(context: ICommandContext): Promise<void> {
  const id = context.followedRestore.get();
  if (id === null) {
    return;
  }
  const { model } = context.datamark;
  try {
    const found = await model.whenRestore(id, () => true, AbortSignal.timeout(ANSWERS_WITHIN_MS));
    context.announcer.restore(found);
  } finally {
    context.followedRestore.set(null);
  }
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
