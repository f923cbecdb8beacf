/** The card of a running restore: steps with measured times. It can be closed: the restore goes on without it. */
import type { Operation, Restore, RestoreStep } from '../../contract';
import { UseSignal } from '@jupyterlab/apputils';
import * as React from 'react';
import { Icon } from '../panel/icon';
import { errorIcon, okIcon, pendingIcon, todoIcon } from '../icons';
import type { IDatamarkModel } from '../tokens';
import { type ILanguage, measuredText } from './figures';
import { type IFace, askDialog } from './liveDialog';
import { useEverySecond } from './useEverySecond';
import { elapsedMs, isChanging, isFinal, progressHint, progressSpoken, progressTitle } from './restoreProgressWords';

/** The running operation of a restore, or null. */
export const operationOf = (operations: readonly Operation[], restore: string): Operation | null =>
  operations.find(one => one.object.kind === 'restore' && one.object.name === restore && one.finishedAt === null) ??
  null;

/** Title and buttons: Cancel until data may change, then only Close. */
export function progressFace(restore: Restore, operation: Operation | null, language: ILanguage): IFace {
  const { trans } = language;
  const over = isFinal(restore) || isChanging(restore);
  const cancel = operation?.cancel;
  return {
    title: progressTitle(restore, language),
    buttons: [
      {
        id: 'cancel',
        label: trans.__('Cancel restore'),
        look: 'plain',
        hidden: over || cancel === undefined,
        off: cancel === undefined || cancel.available ? null : cancel.reason
      },
      { id: 'close', label: trans.__('Close'), look: 'accept' }
    ]
  };
}

export interface IProgressOptions {
  readonly model: IDatamarkModel;
  readonly restore: Restore;
  readonly language: ILanguage;
  /** Aborted when it is over and the card may go. */
  readonly signal: AbortSignal;
}

/** Shows the card; `cancel`: the person asks to cancel the operation of this id. */
export async function showProgress(options: IProgressOptions): Promise<{ cancel: string } | null> {
  const { model, language, signal } = options;
  const current = () =>
    (model.restores.state === 'ready' ? model.restores.items.find(one => one.id === options.restore.id) : undefined) ??
    options.restore;
  const operation = () => operationOf(model.operations, options.restore.id);
  if (signal.aborted) {
    return null;
  }
  const pressed = await askDialog(
    {
      face: progressFace(current(), operation(), language),
      body: () => (
        <UseSignal signal={model.changed}>{() => <Body restore={current()} language={language} />}</UseSignal>
      ),
      focus: { button: 'close' },
      enter: null
    },
    dialog => {
      const follow = () => {
        dialog.present(progressFace(current(), operation(), language));
      };
      const end = () => {
        dialog.dispose();
      };
      model.changed.connect(follow);
      signal.addEventListener('abort', end);
      return () => {
        model.changed.disconnect(follow);
        signal.removeEventListener('abort', end);
      };
    }
  );
  const running = operation();
  return pressed === 'cancel' && running !== null ? { cancel: running.id } : null;
}

function Body({ restore, language }: { restore: Restore; language: ILanguage }): React.ReactElement {
  const now = useEverySecond(!isFinal(restore), language.now);
  const { trans } = language;
  const elapsed = Math.floor(elapsedMs(restore, now) / 1000) * 1000;
  return (
    <>
      <p className="dm-sr" role="status">
        {progressSpoken(restore, language)}
      </p>
      <ol className="dm-steps">
        {restore.steps.map(step => (
          <Step key={step.text} step={step} message={restore.message} now={now} language={language} />
        ))}
      </ol>
      <p className="dm-dim">{progressHint(restore, language)}</p>
      <p className="dm-small dm-num">{trans.__('Elapsed: %1', measuredText(elapsed, trans))}</p>
    </>
  );
}

const STEP_ICONS = { todo: todoIcon, current: pendingIcon, done: okIcon, failed: errorIcon };
const STEP_COLOURS = { todo: '', current: 'dm-busy dm-spin', done: 'dm-ok', failed: 'dm-bad' };

interface IStepProps {
  readonly step: RestoreStep;
  readonly message: string;
  readonly now: Date;
  readonly language: ILanguage;
}

function Step({ step, message, now, language }: IStepProps): React.ReactElement {
  return (
    <li className={`is-${step.state}`} aria-current={step.state === 'current' ? 'step' : undefined}>
      <span>
        <Icon icon={STEP_ICONS[step.state]} className={STEP_COLOURS[step.state]} />
        <span className="dm-sr">{stateWord(step, language)}</span>
      </span>
      <span>{step.text}</span>
      <span className="dm-num">{stepTime(step, now, language)}</span>
      {step.state === 'current' && message !== '' ? <small>{message}</small> : null}
    </li>
  );
}

/** The measured time of a step, or how long it runs so far. */
export function stepTime(step: RestoreStep, now: Date, { trans }: ILanguage): string {
  if (step.durationMs !== null) {
    return measuredText(step.durationMs, trans);
  }
  return step.state === 'current' && step.startedAt !== null
    ? measuredText(Math.max(0, Math.floor((now.getTime() - Date.parse(step.startedAt)) / 1000)) * 1000, trans)
    : '';
}

function stateWord(step: RestoreStep, { trans }: ILanguage): string {
  switch (step.state) {
    case 'todo':
      return trans.__('not yet');
    case 'current':
      return trans.__('running');
    case 'done':
      return trans.__('done');
    case 'failed':
      return trans.__('failed');
  }
}
