/**
 * One click: saves the notebook if it has unsaved edits and makes a snapshot of the volume that holds it.
 * A second click while one is being made says so and makes nothing twice.
 */
import { problem, problemSlug, type Volume } from '../../contract';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { NotebookArgs, parseArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import { CANCELLED, type Outcome } from './outcome';
import { problemOf, RefusedError } from './problemOf';
import { loadModel, volumeHolding } from './targets';

/** Longest time the guard of a volume stays closed; the server's own guard has no such limit. */
const GUARD_MS = 3600 * 1000;

export class NotebookSnapshots {
  constructor(private readonly _context: ICommandContext) {}

  async run(args: ReadonlyPartialJSONObject): Promise<Outcome> {
    const { datamark, documents, trans } = this._context;
    const asked = parseArgs(NotebookArgs, args, trans);
    const notebook = asked.path ?? documents.currentNotebook();
    if (notebook === null) {
      throw new RefusedError(
        problem('invalid-request', {
          detail: trans.__('No notebook is open.'),
          next: trans.__('Open a notebook, or make a snapshot of a volume from the panel.')
        })
      );
    }
    // Closed before the first wait: two clicks in one moment are two calls before any answer.
    if (this._busy.has(notebook)) {
      return this._alreadyRunning(this._busy.get(notebook) ?? '');
    }
    this._busy.set(notebook, '');
    let volume: Volume | null = null;
    try {
      await loadModel(datamark.model, trans);
      volume = volumeHolding(datamark.model, notebook, trans);
      if (this._making.has(volume.id)) {
        return this._alreadyRunning(volume.name);
      }
      this._busy.set(notebook, volume.name);
      this._making.add(volume.id);
      return await this._make(notebook, volume);
    } catch (error) {
      if (volume !== null) {
        this._making.delete(volume.id);
        if (problemSlug(problemOf(error, trans).type) === 'operation-in-progress') {
          return this._alreadyRunning(volume.name);
        }
      }
      throw error;
    } finally {
      this._busy.delete(notebook);
    }
  }

  private async _make(notebook: string, volume: Volume): Promise<Outcome> {
    const { datamark, documents, settings, announcer, trans, now } = this._context;
    const { saveBeforeSnapshot, askForTitleOnNotebookButton, defaultNote } = settings.current;
    let title: string | undefined;
    if (askForTitleOnNotebookButton) {
      const { askNewTitle } = await import('../dialogs/textDialogs');
      const { isoTitle } = await import('../dialogs/figures');
      const answer = await askNewTitle(volume.name, isoTitle(now()), trans);
      if (answer === null) {
        this._making.delete(volume.id);
        return CANCELLED;
      }
      title = answer;
    }
    if (saveBeforeSnapshot && documents.list().some(one => one.path === notebook && one.dirty)) {
      await this._save(notebook);
    }
    const made = await datamark.api.createSnapshot(
      volume.id,
      { ...(title === undefined ? {} : { title }), note: defaultNote, notebook },
      this._context.newKey()
    );
    announcer.snapshot(made);
    const free = () => {
      this._making.delete(volume.id);
    };
    datamark.model
      .whenSnapshot(made.name, one => one.state.phase !== 'pending', AbortSignal.timeout(GUARD_MS))
      .then(free, free);
    return { outcome: 'started', snapshot: made.name, volume: volume.id };
  }

  private async _save(notebook: string): Promise<void> {
    const { documents, trans } = this._context;
    const missed = await documents.save([notebook]);
    if (missed.length > 0) {
      throw new RefusedError({
        type: 'about:blank',
        title: trans.__('Not saved'),
        status: 409,
        detail: trans.__('%1 could not be saved, so the snapshot would not hold what you see.', notebook),
        next: trans.__('Save it yourself, or switch off “Save before a snapshot” in the settings.'),
        object: notebook
      });
    }
  }

  private _alreadyRunning(volumeName: string): Outcome {
    const { announcer, trans } = this._context;
    announcer.info(
      volumeName === ''
        ? trans.__('A snapshot is being started already. Nothing was made twice.')
        : trans.__('A snapshot of %1 is being made already. Nothing was made twice.', volumeName)
    );
    return { outcome: 'already-running', volume: volumeName };
  }

  /** Notebooks whose click is being worked on, with the name of their volume once it is known. */
  private readonly _busy = new Map<string, string>();
  /** Volumes of which a snapshot started here is not ready yet. */
  private readonly _making = new Set<string>();
}
