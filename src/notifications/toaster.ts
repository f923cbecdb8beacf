/**
 * Shows messages as JupyterLab notifications and keeps each one true: a message about something that runs is
 * replaced by what became of it. Only what was started on this page is announced.
 */
import { Notification } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import type { Clone, Problem, Restore, Snapshot } from '../../contract';
import type { IAnnouncer } from '../announcer';
import { problemOf } from '../commands/problemOf';
import type { ILanguage } from '../dialogs/figures';
import { isFinal } from '../dialogs/restoreProgressWords';
import type { IDatamarkModel } from '../tokens';
import {
  cloneMessage,
  type IMessage,
  type MessageAction,
  problemMessage,
  restoreMessage,
  snapshotMessage
} from './announcements';

export interface IToasterOptions {
  readonly model: IDatamarkModel;
  readonly commands: CommandRegistry;
  readonly language: ILanguage;
  /** Longest time a message waits for its end, in ms; the thing itself goes on. */
  readonly followMs: number;
  /** Longest time until JupyterLab has drawn a message; with "Do not disturb" it never does. In ms. */
  readonly drawnMs: number;
}

/** How long a message that asks for nothing stays, in ms. */
const READ_MS = 10_000;

/**
 * Resolves once the message is drawn. JupyterLab 4.6 loses what replaces it before: it then makes a second toast of the
 * same id, which react-toastify drops, and the first one would say "in progress" for good.
 */
const drawn = (id: string, ms: number): Promise<void> =>
  new Promise(resolve => {
    const end = Date.now() + ms;
    const look = () => {
      if (document.getElementById(id) !== null || Date.now() > end) {
        resolve();
      } else {
        setTimeout(look, 20);
      }
    };
    look();
  });

export class Toaster implements IAnnouncer, IDisposable {
  constructor(private readonly _options: IToasterOptions) {}

  get isDisposed(): boolean {
    return this._stop.signal.aborted;
  }

  dispose(): void {
    this._stop.abort();
  }

  snapshot(snapshot: Snapshot): void {
    const { model, language } = this._options;
    this._follow(
      snapshot,
      one => snapshotMessage(one, language),
      signal => model.whenSnapshot(snapshot.name, one => one.state.phase !== 'pending', signal)
    );
  }

  clone(clone: Clone): void {
    const { model, language } = this._options;
    this._follow(
      clone,
      one => cloneMessage(one, language),
      signal => model.whenClone(clone.id, one => one.state.phase !== 'pending' || one.state.awaitsUse === true, signal)
    );
  }

  restore(restore: Restore): void {
    const { model, language } = this._options;
    this._follow(
      restore,
      one => restoreMessage(one, language),
      signal => model.whenRestore(restore.id, isFinal, signal)
    );
  }

  problem(headline: string, problem: Problem): void {
    this._emit(problemMessage(headline, problem, this._options.language));
  }

  info(text: string): void {
    this._emit({ type: 'info', text, actions: [] });
  }

  private _emit(message: IMessage): string {
    return Notification.emit(message.text, message.type, this._optionsOf(message));
  }

  private _follow<T>(first: T, words: (object: T) => IMessage, ended: (signal: AbortSignal) => Promise<T>): void {
    const begun = words(first);
    const id = this._emit(begun);
    if (begun.type !== 'in-progress') {
      return;
    }
    const { language, followMs, drawnMs } = this._options;
    const replace = async (message: IMessage) => {
      await drawn(id, drawnMs);
      // Closed meanwhile: what became of it is worth a message of its own.
      if (!Notification.update({ id, message: message.text, type: message.type, ...this._optionsOf(message) })) {
        this._emit(message);
      }
    };
    ended(AbortSignal.any([this._stop.signal, AbortSignal.timeout(followMs)]))
      .then(words, (error: unknown) =>
        this.isDisposed ? null : problemMessage(begun.text, problemOf(error, language.trans), language)
      )
      .then(message => (message === null ? undefined : replace(message)))
      .catch((error: unknown) => {
        this.problem(begun.text, problemOf(error, language.trans));
      });
  }

  private _optionsOf(message: IMessage): Notification.IOptions<null> {
    const stays = message.type === 'error' || message.type === 'warning' || message.type === 'in-progress';
    return {
      autoClose: stays ? false : READ_MS,
      actions: message.actions
        // A page without the panel (its plugin is disabled) has nothing to show.
        .filter(action => !('command' in action) || this._options.commands.hasCommand(action.command))
        .map(action => ({
          label: action.label,
          callback: () => {
            this._act(action);
          }
        }))
    };
  }

  private _act(action: MessageAction): void {
    const { commands, language } = this._options;
    const done =
      'command' in action
        ? commands.execute(action.command, action.args)
        : import('../dialogs/problemDetails').then(({ showProblem }) =>
            showProblem(action.headline, action.details, language)
          );
    done.catch((error: unknown) => {
      this.problem(action.label, problemOf(error, language.trans));
    });
  }

  private readonly _stop = new AbortController();
}
