/**
 * After a restore, whoever asked for it: open files that show other content than the disk has are offered to be read
 * again, once per restore. Files that only got another time are read again without a word.
 */
import type { Restore } from '../../contract';
import { itemsOf } from '../model/listState';
import { isFinal } from '../dialogs/restoreProgressWords';
import type { ICommandContext } from './commandContext';
import type { IOpenDocument } from './openDocuments';
import { problemOf } from './problemOf';

/** Open files that lie on a volume. */
export const openOn = (context: ICommandContext, volume: string): IOpenDocument[] =>
  context.documents.list().filter(one => context.datamark.model.volumeOfPath(one.path)?.id === volume);

/** Tells which open files are not what the disk has now; reloads the clean ones if the person wants it. */
export async function offerReload(context: ICommandContext, ended: Restore): Promise<void> {
  const { documents, trans } = context;
  if (ended.phase === 'cancelled') {
    return;
  }
  const { askReload, isStale, staleFiles } = await import('../dialogs/reloadFiles');
  const seen = [];
  for (const document of openOn(context, ended.volume)) {
    seen.push({ document, disk: await documents.onDisk(document.path) });
  }
  const stale = staleFiles(seen);
  await documents.reload(stale.touched);
  if (!isStale(stale) || !(await askReload(stale, ended.volumeName, context))) {
    return;
  }
  const missed = await documents.reload(stale.reload);
  if (missed.length > 0) {
    context.announcer.info(trans.__('Not reloaded: %1. Use File, Reload from Disk.', missed.join(', ')));
  }
}

/**
 * Offers the same after restores that were started elsewhere: by a magic, the command line or another page. Only those
 * count that were seen before they ended: what differs long after a restore has another cause.
 */
export function watchRestores(context: ICommandContext): void {
  const { model } = context.datamark;
  const running = new Set<string>();
  const look = () => {
    for (const restore of itemsOf(model.restores)) {
      if (!isFinal(restore)) {
        running.add(restore.id);
      } else if (running.delete(restore.id) && !context.followed.has(restore.id) && restore.strategy !== 'files') {
        offerReload(context, restore).catch((error: unknown) => {
          context.announcer.problem(context.trans.__('Open files were not looked at'), problemOf(error, context.trans));
        });
      }
    }
  };
  model.changed.connect(look);
  look();
}
