/**
 * Stops the page's own server for a restore that waits for it: after a reload, or on another page than the one that asked
 * for the restore. Whoever approved it was told then that the server stops; here only unsaved edits are asked about.
 */
import { problem, type Restore } from '../../contract';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { waitingForServer } from '../model/restoresUnderWay';
import { parseArgs, StopArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import type { IOpenDocument } from './openDocuments';
import { CANCELLED, type Outcome } from './outcome';
import { RefusedError } from './problemOf';
import { stopForRestore } from './restoreWithStop';

export async function stopServer(context: ICommandContext, args: ReadonlyPartialJSONObject): Promise<Outcome> {
  const { api, model } = context.datamark;
  const { trans, documents } = context;
  const asked = parseArgs(StopArgs, args, trans);
  const hold = model.hold();
  try {
    const [restores, operations] = await Promise.all([api.restores(), api.operations()]);
    const waiting = waitingForServer(restores, operations);
    const restore = waiting.find(({ id }) => asked.restore === undefined || id === asked.restore);
    if (restore === undefined) {
      throw new RefusedError(
        problem('object-changed', {
          detail: trans.__('No restore waits for this server.'),
          next: trans.__('Look at the timeline for how the last one ended.'),
          object: asked.restore ?? null
        })
      );
    }
    const dirty = documents.list().filter(one => one.dirty);
    if (dirty.length > 0) {
      if (!(await maySave(context, restore, dirty))) {
        return CANCELLED;
      }
      const missed = await documents.save(dirty.map(({ path }) => path));
      if (missed.length > 0) {
        throw new RefusedError(
          problem('invalid-request', {
            detail: trans.__('Could not be saved first: %1.', missed.join(', ')),
            next: trans.__('Save or close these files yourself, then stop the server.'),
            object: missed[0] ?? null
          })
        );
      }
    }
    await stopForRestore(context, restore);
    return { outcome: 'done', restore: restore.id };
  } finally {
    hold.dispose();
  }
}

async function maySave(
  { trans }: ICommandContext,
  restore: Restore,
  dirty: readonly IOpenDocument[]
): Promise<boolean> {
  const { namesOf } = await import('../dialogs/words');
  const names = namesOf(
    dirty.map(({ path }) => path),
    trans
  );
  const { button } = await showDialog({
    title: trans.__('Stop your server to restore %1?', restore.volumeName),
    body: trans._n(
      '%1 open file has unsaved changes: %2. It is saved first, so that Undo can bring them back.',
      '%1 open files have unsaved changes: %2. They are saved first, so that Undo can bring them back.',
      dirty.length,
      names
    ),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Save and stop server') })
    ],
    defaultButton: 0
  });
  return button.accept;
}
