/** The dialog of a reproduction: what comes back and what can't, then how far it is, then what was made. */
import { UseSignal } from '@jupyterlab/apputils';
import * as React from 'react';
import { cloneIcon, errorIcon } from '../icons';
import { itemsOf } from '../model/listState';
import { Icon } from '../panel/icon';
import type { IDatamarkModel } from '../tokens';
import { type ILanguage, measuredText } from './figures';
import { askDialog } from './liveDialog';
import { Note } from './parts';
import { Made } from './reproductionMade';
import { Planned } from './reproductionPlanned';
import type { ReproductionSession, ReproductionStage } from './reproductionSession';
import {
  begunHere,
  begunReproductions,
  reproductionFace,
  requestOf,
  type ReproductionChoice
} from './reproductionWords';
import { useEverySecond } from './useEverySecond';

/** A wait that is shorter needs no clock, ms. */
const TOLD_AFTER_MS = 5_000;

export interface ReproductionQuestion {
  /** As it was asked for. */
  readonly of: string;
  readonly session: ReproductionSession;
  readonly model: IDatamarkModel;
  readonly language: ILanguage;
}

/** `open`: the person wants to see what was made. null: the dialog was closed; what was begun goes on. */
export async function askReproduction(question: ReproductionQuestion): Promise<'open' | null> {
  const { of, session, model, language } = question;
  const choice: ReproductionChoice = { name: null, notebook: '', folders: new Map() };
  const face = () => reproductionFace(of, session.plan, session.stage, choice, language);
  const pressed = await askDialog(
    {
      face: face(),
      body: dialog => (
        <UseSignal signal={session.changed}>
          {() => (
            <UseSignal signal={model.changed}>
              {() => <Body {...question} choice={choice} onChange={() => dialog.present(face())} />}
            </UseSignal>
          )}
        </UseSignal>
      ),
      focus: { button: 'close' },
      enter: null,
      wide: true,
      stays: id => {
        if (id === 'begin') {
          session.begin(requestOf(choice));
        } else if (id === 'again' && session.stage.state === 'unplanned') {
          void session.look();
        } else if (id === 'again') {
          session.again();
        } else {
          return false;
        }
        return true;
      }
    },
    dialog => {
      const follow = () => {
        if (session.stage.state === 'planned') {
          const clones = itemsOf(model.clones);
          choice.name = begunHere(begunReproductions(session.stage.plan, clones), model.connection);
        }
        dialog.present(face());
      };
      const held = model.hold();
      session.changed.connect(follow);
      follow();
      return () => {
        session.changed.disconnect(follow);
        held.dispose();
      };
    }
  );
  return pressed === 'open' ? 'open' : null;
}

interface BodyProps extends ReproductionQuestion {
  readonly choice: ReproductionChoice;
  readonly onChange: () => void;
}

function Body({ session, model, language, choice, onChange }: BodyProps): React.ReactElement {
  const { trans } = language;
  const { stage } = session;
  switch (stage.state) {
    case 'planning':
      return <Planning language={language} />;
    case 'unplanned':
      return (
        <div role="alert">
          <Note look="bad" icon={errorIcon}>
            {stage.problem.detail} {stage.problem.next}
          </Note>
        </div>
      );
    case 'planned':
      return <Planned plan={stage.plan} model={model} language={language} choice={choice} onChange={onChange} />;
    case 'making':
      return <Making stage={stage} model={model} language={language} />;
    case 'stopped':
      return (
        <div role="alert">
          <Note look="bad" icon={errorIcon}>
            {stage.problem.detail} {stage.problem.next}
          </Note>
          {stage.made === null || stage.made.clones.length === 0 ? null : (
            <p>
              {trans.__(
                'What was made so far stays in the list of clones: %1.',
                stage.made.clones.map(({ name, source }) => `${name} (${source.volumeName})`).join(', ')
              )}
            </p>
          )}
        </div>
      );
    case 'made':
      return <Made made={stage.made} language={language} />;
  }
}

function Planning({ language }: { readonly language: ILanguage }): React.ReactElement {
  const { trans } = language;
  const label = trans.__('Looking at what can be brought back. Nothing changes.');
  return (
    <div className="dm-plan-skeleton" role="status" aria-busy="true" aria-label={label}>
      <i />
      <i />
      <i />
      <p className="dm-dim">
        {label} <Elapsed language={language} since={null} />
      </p>
    </div>
  );
}

/** How long it takes so far, once that is long. */
function Elapsed({
  language,
  since
}: {
  readonly language: ILanguage;
  readonly since: Date | null;
}): JSX.Element | null {
  const [began] = React.useState(() => since ?? language.now());
  const waited = useEverySecond(true, language.now).getTime() - began.getTime();
  const elapsed = Math.floor(waited / 1000) * 1000;
  return elapsed < TOLD_AFTER_MS ? null : (
    <span className="dm-num" aria-hidden="true">
      {measuredText(elapsed, language.trans)}
    </span>
  );
}

interface MakingProps {
  readonly stage: Extract<ReproductionStage, { state: 'making' }>;
  readonly model: IDatamarkModel;
  readonly language: ILanguage;
}

function Making({ stage, model, language }: MakingProps): React.ReactElement {
  const { trans } = language;
  const { made, since } = stage;
  const known = itemsOf(model.clones);
  const message = made !== null && made.outcome.state === 'cloning' ? made.outcome.message : null;
  return (
    <>
      <p role="status">{message === null ? trans.__('It is begun.') : trans.__('The data is being cloned.')}</p>
      <ul className="dm-checks">
        {(made?.clones ?? []).map(told => {
          const { id, name, source, state } = known.find(one => one.uid === told.uid) ?? told;
          const words =
            state.phase === 'pending' || state.phase === 'deleting'
              ? state.message
              : state.phase === 'failed'
                ? state.problem.detail
                : trans.__('ready');
          return (
            <li key={id}>
              <span>
                <Icon icon={cloneIcon} />
              </span>
              <b>
                <bdi>{name}</bdi>
              </b>
              <span>
                {trans.__('of %1', source.volumeName)} · {words}
              </span>
            </li>
          );
        })}
      </ul>
      <p className="dm-small">
        {trans.__('You can close this: it goes on while the page is open, and says when it is ready.')}{' '}
        {made === null
          ? null
          : trans.__('If the page is left, the clones stay; Reproduce can go on with %1 later.', made.name)}{' '}
        <Elapsed language={language} since={since} />
      </p>
    </>
  );
}
