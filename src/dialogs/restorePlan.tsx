/** The dialog before a restore or its undo: what changes, what happens, what stands in the way. Always asks. */
import { UseSignal } from '@jupyterlab/apputils';
import { folderIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Problem, RestoreOption, RestorePlan } from '../../contract';
import { cloneIcon, okIcon, plugIcon, undoIcon, warnIcon } from '../icons';
import { type ILanguage, measuredText } from './figures';
import { askDialog } from './liveDialog';
import { Blockers, Note } from './parts';
import { Steps, Subject, Unsaved, Ways } from './restorePlanParts';
import type { RestorePlanSession, RestoreWay } from './restorePlanSession';
import {
  blockersText,
  type IRestoreSubject,
  planFace,
  type PlanState,
  readyText,
  stepTexts,
  undoText
} from './restoreWords';
import { useEverySecond } from './useEverySecond';

/** A wait that is shorter needs no clock, ms. */
const TOLD_AFTER_MS = 5_000;

export interface IRestoreQuestion extends IRestoreSubject {
  /** Second line: the snapshot's label, by whom, how long ago. */
  readonly facts: string;
  /** Paths of open files on this volume with edits that are not on disk. */
  readonly dirty: readonly string[];
  /** The same for open files that lie elsewhere: the page loses them where its server stops. */
  readonly dirtyElsewhere: readonly string[];
  /** Paths of notebooks and consoles whose kernels end with the server. */
  readonly kernels: readonly string[];
  readonly language: ILanguage;
}

export type RestoreAnswer = { readonly answer: 'restore'; readonly saveFirst: boolean } | { readonly answer: 'clone' };

/** Shows the plan as it develops; null: cancelled. The session must be planning already. */
export async function askRestore(
  question: IRestoreQuestion,
  session: RestorePlanSession
): Promise<RestoreAnswer | null> {
  const choice = { saveFirst: question.dirty.length + question.dirtyElsewhere.length > 0 };
  const pressed = await askDialog(
    {
      face: planFace(question, session, question.language),
      body: () => (
        <UseSignal signal={session.changed}>
          {() => (
            <Body
              question={question}
              state={session.state}
              away={session.away}
              saveFirst={choice.saveFirst}
              onSaveFirst={saveFirst => {
                choice.saveFirst = saveFirst;
              }}
              onAgain={() => {
                void session.plan();
              }}
              onCount={() => {
                void session.count();
              }}
              onWay={way => {
                void session.plan(way);
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
        dialog.present(planFace(question, session, question.language));
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
  readonly away: Problem | null;
  readonly saveFirst: boolean;
  readonly onSaveFirst: (saveFirst: boolean) => void;
  readonly onAgain: () => void;
  readonly onCount: () => void;
  readonly onWay: (way: RestoreWay) => void;
}

function Body(props: IBodyProps): React.ReactElement {
  const { question, state, away } = props;
  return (
    <div aria-live="polite">
      <p className="dm-dim">
        <bdi>{question.facts}</bdi>
      </p>
      {away === null ? null : (
        <Note look="warn" icon={plugIcon}>
          {away.detail} {away.next}
        </Note>
      )}
      <StateBody {...props} key={state.state} />
    </div>
  );
}

function StateBody(props: IBodyProps): React.ReactElement {
  const { question, state, away, saveFirst, onSaveFirst, onAgain, onCount, onWay } = props;
  const { language, volumeName } = question;
  const { trans } = language;
  switch (state.state) {
    case 'planning':
      return <Planning language={language} />;
    case 'failed':
      return (
        <>
          <Note look="bad" icon={warnIcon}>
            {state.detail} {state.next}
          </Note>
          <Again label={trans.__('Look again')} onAgain={onAgain} />
        </>
      );
    case 'blocked':
      return (
        <>
          <h4>{blockersText(state.plan.blockers.length, trans)}</h4>
          <Blockers blockers={state.plan.blockers} language={language} />
          <Subject question={question} restore={state.restore} plan={state.plan} onCount={onCount} />
          <Note look="info" icon={cloneIcon}>
            {trans.__('You don’t have to wait: clone this snapshot and work on the copy.')}
          </Note>
          <p className="dm-small">
            {trans.__('Looks again by itself when something on %1 ends.', volumeName)}{' '}
            <button type="button" className="dm-link" onClick={onAgain}>
              {trans.__('Look again')}
            </button>
          </p>
        </>
      );
    case 'planned':
      return (
        <>
          <Subject question={question} restore={state.restore} plan={state.plan} onCount={onCount} />
          <Steps
            steps={stepTexts(state.restore, state.plan, question.kernels, language)}
            heading={trans.__('What happens')}
          />
          <Unsaved question={question} stops={state.plan.stopsServer} saveFirst={saveFirst} onSaveFirst={onSaveFirst} />
          {state.plan.warnings.map(warning => (
            <Note key={warning} look="warn" icon={warnIcon}>
              {warning}
            </Note>
          ))}
          {away === null ? (
            <Note look="ok" icon={okIcon}>
              {readyText(state.plan, question, language)}
            </Note>
          ) : null}
          {question.files === undefined ? (
            <Ways options={waysOf(question, state.plan)} onWay={onWay} language={language} />
          ) : null}
          <Note look="info" icon={question.files === undefined ? undoIcon : folderIcon}>
            {undoText(state.restore, state.plan, language)}
          </Note>
        </>
      );
  }
}

/** The way of an undo follows from what was kept: there is no other. */
const waysOf = ({ undo }: IRestoreQuestion, { options = [] }: RestorePlan): readonly RestoreOption[] =>
  undo ? options.slice(0, 1) : options;

/** Large volumes and slow storages take a while: after some seconds it says how long already. */
function Planning({ language }: { language: ILanguage }): React.ReactElement {
  const { trans } = language;
  const [since] = React.useState(language.now);
  const waited = useEverySecond(true, language.now).getTime() - since.getTime();
  const elapsed = Math.floor(waited / 1000) * 1000;
  const label = trans.__('The plan is being made. Nothing has changed yet.');
  return (
    <div className="dm-plan-skeleton" role="status" aria-busy="true" aria-label={label}>
      <i />
      <i />
      <i />
      <p className="dm-dim">
        {label}
        {elapsed < TOLD_AFTER_MS ? null : (
          <span className="dm-num" aria-hidden="true">
            {' '}
            {measuredText(elapsed, trans)}
          </span>
        )}
      </p>
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
