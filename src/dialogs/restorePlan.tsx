/** The dialog before a restore or its undo: what changes, what happens, what stands in the way. Always asks. */
import type { RestorePlan } from '../../contract';
import { UseSignal } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { Icon } from '../panel/icon';
import { cloneIcon, okIcon, trashIcon, undoIcon, updateIcon, warnIcon } from '../icons';
import type { ILanguage } from './figures';
import { askDialog } from './liveDialog';
import { Blockers, Note, Option } from './parts';
import type { RestorePlanSession } from './restorePlanSession';
import {
  blockersText,
  changeLines,
  type IChangeLine,
  type IRestoreSubject,
  planFace,
  type PlanState,
  readyText,
  undoText,
  unsavedText
} from './restoreWords';
import { namesOf } from './words';

export interface IRestoreQuestion extends IRestoreSubject {
  /** Second line: the snapshot's label, by whom, how long ago. */
  readonly facts: string;
  /** Paths of open files on this volume with edits that are not on disk. */
  readonly dirty: readonly string[];
  readonly language: ILanguage;
}

export type RestoreAnswer = { readonly answer: 'restore'; readonly saveFirst: boolean } | { readonly answer: 'clone' };

/** Shows the plan as it develops; null: cancelled. The session must be planning already. */
export async function askRestore(
  question: IRestoreQuestion,
  session: RestorePlanSession
): Promise<RestoreAnswer | null> {
  const choice = { saveFirst: question.dirty.length > 0 };
  const pressed = await askDialog(
    {
      face: planFace(question, session.state, question.language),
      body: () => (
        <UseSignal signal={session.changed}>
          {() => (
            <Body
              question={question}
              state={session.state}
              saveFirst={choice.saveFirst}
              onSaveFirst={saveFirst => {
                choice.saveFirst = saveFirst;
              }}
              onAgain={() => {
                void session.plan();
              }}
            />
          )}
        </UseSignal>
      ),
      focus: { button: 'cancel' },
      enter: null,
      wide: true
    },
    dialog => {
      const follow = () => {
        dialog.present(planFace(question, session.state, question.language));
      };
      session.changed.connect(follow);
      return () => {
        session.changed.disconnect(follow);
      };
    }
  );
  if (pressed === 'clone') {
    return { answer: 'clone' };
  }
  return pressed === 'restore' ? { answer: 'restore', saveFirst: choice.saveFirst } : null;
}

interface IBodyProps {
  readonly question: IRestoreQuestion;
  readonly state: PlanState;
  readonly saveFirst: boolean;
  readonly onSaveFirst: (saveFirst: boolean) => void;
  readonly onAgain: () => void;
}

function Body(props: IBodyProps): React.ReactElement {
  const { question, state } = props;
  return (
    <div aria-live="polite">
      <p className="dm-dim">
        <bdi>{question.facts}</bdi>
      </p>
      <StateBody {...props} key={state.state} />
    </div>
  );
}

function StateBody({ question, state, saveFirst, onSaveFirst, onAgain }: IBodyProps): React.ReactElement {
  const { language, volumeName } = question;
  const { trans } = language;
  switch (state.state) {
    case 'planning':
      return <Skeleton label={trans.__('The plan is being made. Nothing has changed yet.')} />;
    case 'failed':
      return (
        <>
          <Note look="bad" icon={warnIcon}>
            {state.detail} {state.next}
          </Note>
          <Again label={trans.__('Check again')} onAgain={onAgain} />
        </>
      );
    case 'blocked':
      return (
        <>
          <h4>{blockersText(state.plan.blockers.length, trans)}</h4>
          <Blockers blockers={state.plan.blockers} language={language} />
          <Changes plan={state.plan} volumeName={volumeName} undo={question.undo} language={language} />
          <Note look="info" icon={cloneIcon}>
            {trans.__('You don’t have to wait: clone this snapshot and work on the copy.')}
          </Note>
          <p className="dm-small">
            {trans.__('Checks again when something on %1 ends.', volumeName)}{' '}
            <button type="button" className="dm-link" onClick={onAgain}>
              {trans.__('Check again')}
            </button>
          </p>
        </>
      );
    case 'planned':
      return (
        <>
          <Changes plan={state.plan} volumeName={volumeName} undo={question.undo} language={language} />
          <Steps steps={state.restore.steps.map(step => step.text)} heading={trans.__('What happens')} />
          <Unsaved question={question} saveFirst={saveFirst} onSaveFirst={onSaveFirst} />
          {state.plan.warnings.map(warning => (
            <Note key={warning} look="warn" icon={warnIcon}>
              {warning}
            </Note>
          ))}
          <Note look="ok" icon={okIcon}>
            {readyText(state.plan, language)}
          </Note>
          <Note look="info" icon={undoIcon}>
            {undoText(language)}
          </Note>
        </>
      );
  }
}

function Skeleton(props: { label: string }): React.ReactElement {
  return (
    <div className="dm-plan-skeleton" role="status" aria-busy="true" aria-label={props.label}>
      <i />
      <i />
      <i />
      <p className="dm-dim">{props.label}</p>
    </div>
  );
}

function Again(props: { label: string; onAgain: () => void }): React.ReactElement {
  return (
    <p>
      <button type="button" className="dm-btn" onClick={props.onAgain}>
        {props.label}
      </button>
    </p>
  );
}

const CHANGE_ICONS: Record<IChangeLine['kind'], LabIcon> = {
  reverted: updateIcon,
  returned: undoIcon,
  removed: trashIcon
};

interface IChangesProps {
  readonly plan: RestorePlan;
  readonly volumeName: string;
  readonly undo: boolean;
  readonly language: ILanguage;
}

function Changes({ plan, volumeName, undo, language }: IChangesProps): React.ReactElement {
  const { trans } = language;
  const told = changeLines(plan, undo, language);
  return (
    <>
      <h4>{trans.__('What changes on %1', volumeName)}</h4>
      {'unknown' in told ? (
        <p>
          –<span className="dm-dim"> {told.unknown}</span>
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

function Steps(props: { steps: readonly string[]; heading: string }): React.ReactElement | null {
  if (props.steps.length === 0) {
    return null;
  }
  return (
    <>
      <h4>{props.heading}</h4>
      <ol className="dm-steps">
        {props.steps.map((text, index) => (
          <li key={text}>
            <span className="dm-step-n" aria-hidden="true">
              {index + 1}
            </span>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

interface IUnsavedProps {
  readonly question: IRestoreQuestion;
  readonly saveFirst: boolean;
  readonly onSaveFirst: (saveFirst: boolean) => void;
}

function Unsaved({ question, saveFirst, onSaveFirst }: IUnsavedProps): React.ReactElement | null {
  const { dirty, language } = question;
  const { trans } = language;
  const [checked, setChecked] = React.useState(saveFirst);
  if (dirty.length === 0) {
    return null;
  }
  return (
    <>
      <h4>{trans.__('Open files')}</h4>
      <Option
        label={trans.__('Save open files first, so that the safety snapshot keeps their changes')}
        hint={unsavedText(dirty.length, namesOf(dirty, trans), language)}
        checked={checked}
        onChange={next => {
          setChecked(next);
          onSaveFirst(next);
        }}
      />
    </>
  );
}
