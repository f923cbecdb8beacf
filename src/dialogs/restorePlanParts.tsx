/** The parts of a restore's plan: what changes, what happens, which other ways there are, what is not saved. */
import type { Restore, RestoreOption, RestorePlan } from '../../contract';
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { Icon } from '../panel/icon';
import { trashIcon, undoIcon, updateIcon } from '../icons';
import type { ILanguage } from './figures';
import { Option } from './parts';
import type { IRestoreQuestion } from './restorePlan';
import type { RestoreWay } from './restorePlanSession';
import { changeLines, type IChangeLine, type IStepText, unsavedText, wayName } from './restoreWords';
import { namesOf } from './words';

const CHANGE_ICONS: Record<IChangeLine['kind'], LabIcon> = {
  reverted: updateIcon,
  returned: undoIcon,
  removed: trashIcon
};

interface ISubjectProps {
  readonly question: IRestoreQuestion;
  readonly restore: Restore;
  readonly plan: RestorePlan;
  readonly onCount: () => void;
}

/** Names that the hint about unsaved files has room for. */
const NAMED_BY_HINT = 4;

/** Most names of a list that a person reads at a glance. */
const NAMES_SHOWN = 12;

/** What comes back: chosen files by their names, else what changes on the whole volume. */
export function Subject({ question, restore, plan, onCount }: ISubjectProps): React.ReactElement {
  const { files, volumeName, undo, language } = question;
  const { trans } = language;
  if (files === undefined) {
    const { strategy } = restore;
    return <Changes {...{ plan, strategy, volumeName, undo, onCount, language }} />;
  }
  const more = files.length - NAMES_SHOWN;
  return (
    <>
      <h4>{trans.__('What comes back')}</h4>
      <ul className="dm-returning">
        {files.slice(0, NAMES_SHOWN).map(path => (
          <li key={path}>
            <bdi>{path}</bdi>
          </li>
        ))}
        {more > 0 ? <li className="dm-dim">{trans._n('and %1 more', 'and %1 more', more)}</li> : null}
      </ul>
    </>
  );
}

interface IChangesProps {
  readonly plan: RestorePlan;
  readonly strategy: Restore['strategy'];
  readonly volumeName: string;
  readonly undo: boolean;
  readonly onCount: () => void;
  readonly language: ILanguage;
}

function Changes({ plan, strategy, volumeName, undo, onCount, language }: IChangesProps): React.ReactElement {
  const { trans } = language;
  const told = changeLines(plan, strategy, undo, language);
  return (
    <>
      <h4>{trans.__('What changes on %1', volumeName)}</h4>
      {'unknown' in told ? (
        <p>
          –<span className="dm-dim"> {told.unknown}</span>{' '}
          {plan.countable === true ? (
            <button type="button" className="dm-link" onClick={onCount}>
              {trans.__('Count changes')}
            </button>
          ) : null}
        </p>
      ) : null}
      {'nothing' in told ? <p>{told.nothing}</p> : null}
      {'lines' in told ? (
        <ul className="dm-changes">
          {told.lines.map(line => {
            return (
              <li key={line.kind}>
                <Icon icon={CHANGE_ICONS[line.kind]} />
                <b>{line.count}</b>
                <span>
                  {line.text} {line.extra === null ? null : <span className="dm-dim">{line.extra}</span>}
                </span>
                <span className="dm-changes-size">{line.bytes}</span>
              </li>
            );
          })}
        </ul>
      ) : null}
    </>
  );
}

export function Steps(props: { steps: readonly IStepText[]; heading: string }): React.ReactElement | null {
  if (props.steps.length === 0) {
    return null;
  }
  return (
    <>
      <h4>{props.heading}</h4>
      <ol className="dm-steps">
        {props.steps.map(({ text, hint }, index) => (
          <li key={text}>
            <span className="dm-step-n" aria-hidden="true">
              {index + 1}
            </span>
            <span>{text}</span>
            {hint === null ? null : <small>{hint}</small>}
          </li>
        ))}
      </ol>
    </>
  );
}

interface IWaysProps {
  readonly options: readonly RestoreOption[];
  readonly onWay: (way: RestoreWay) => void;
  readonly language: ILanguage;
}

/** The way that the plan chose, with its cost and risk; the others behind a fold. */
export function Ways({ options, onWay, language }: IWaysProps): React.ReactElement | null {
  const [chosen, ...others] = options;
  const { trans } = language;
  if (chosen === undefined) {
    return null;
  }
  return (
    <>
      <h4>{wayName(chosen.strategy, language)}</h4>
      <p>
        {chosen.cost} <span className="dm-dim">{chosen.risk}</span>
      </p>
      {others.length === 0 ? null : (
        <details className="dm-ways">
          <summary>{trans.__('Other ways')}</summary>
          <ul>
            {others.map(({ strategy, possible, cost, risk }) => (
              <li key={strategy}>
                <b>{wayName(strategy, language)}</b> {possible.available ? cost : possible.reason}{' '}
                <span className="dm-dim">{possible.available ? risk : possible.fix}</span>{' '}
                {possible.available && (strategy === 'swap' || strategy === 'copy') ? (
                  <button
                    type="button"
                    className="dm-link"
                    onClick={() => {
                      onWay(strategy);
                    }}
                  >
                    {trans.__('Plan this way')}
                  </button>
                ) : null}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

interface IUnsavedProps {
  readonly question: IRestoreQuestion;
  readonly stops: boolean;
  readonly saveFirst: boolean;
  readonly onSaveFirst: (saveFirst: boolean) => void;
}

export function Unsaved({ question, stops, saveFirst, onSaveFirst }: IUnsavedProps): React.ReactElement | null {
  const { language } = question;
  const dirty = stops ? [...question.dirty, ...question.dirtyElsewhere] : question.dirty;
  const { trans } = language;
  const [checked, setChecked] = React.useState(saveFirst);
  if (dirty.length === 0) {
    return null;
  }
  return (
    <>
      <h4>{trans.__('Open files')}</h4>
      <Option
        label={trans.__('Save open files first, so that Undo can bring their changes back')}
        hint={unsavedText(dirty.length, namesOf(dirty, trans), stops && !checked, language)}
        checked={checked}
        onChange={next => {
          setChecked(next);
          onSaveFirst(next);
        }}
      />
      {dirty.length > NAMED_BY_HINT ? (
        <details className="dm-ways">
          <summary>{trans.__('All %1 by name', dirty.length)}</summary>
          <ul className="dm-unsaved">
            {dirty.map(path => (
              <li key={path}>
                <bdi>{path}</bdi>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}
