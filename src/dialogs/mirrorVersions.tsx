/** The dialog before training on arrived data: every way to a version that no transfer changes, or why it can’t be gone. */
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Clone, FixedVersions, FixedVersionWay, Mirror, TrainOnVersion } from '../../contract';
import { okIcon, offIcon } from '../icons';
import type { FrontNotebook } from '../model/pinsModel';
import { Button } from '../panel/button';
import { Icon } from '../panel/icon';
import { ageWords } from '../panel/ingest/mirrorWords';
import { fileName, type ILanguage } from './figures';
import { askDialog, type IFace } from './liveDialog';
import { cloneNameError } from './nameClone';
import { Field, Option } from './parts';

export interface IVersionQuestion {
  readonly mirror: Mirror;
  readonly versions: FixedVersions;
  /** Name that is offered for the clone. */
  readonly clone: string;
  readonly taken: readonly Clone[];
  /** The notebook in front; null: none. */
  readonly notebook: FrontNotebook | null;
  readonly copy: (text: string) => Promise<void>;
  readonly serverTime: Date;
  readonly language: ILanguage;
}

export interface IVersionChoice {
  readonly way: TrainOnVersion['way'];
  readonly clone: string;
  /** Whether runs of the notebook in front are tagged. */
  readonly pin: boolean;
}

/** Whether a clone can be made here and now. */
const isChoosable = (way: FixedVersionWay): way is FixedVersionWay & { way: TrainOnVersion['way'] } =>
  way.can.available && (way.way === 'snapshot' || way.way === 'replicated-snapshot');

/** The way that is chosen until a person says otherwise: exactly what arrived, where that can be had. */
export function firstWay({ ways }: FixedVersions): TrainOnVersion['way'] | null {
  const can = ways.filter(isChoosable);
  return (can.find(({ way }) => way === 'replicated-snapshot') ?? can[0])?.way ?? null;
}

/** What was chosen, or null: cancelled. */
export async function askVersion(question: IVersionQuestion): Promise<IVersionChoice | null> {
  const { mirror, versions, taken, notebook, language } = question;
  const { trans } = language;
  const way = firstWay(versions);
  const answer: { way: typeof way; clone: string; pin: boolean } = {
    way,
    clone: question.clone,
    pin: notebook !== null && notebook.kernel !== null
  };
  const face = (): IFace => ({
    title: trans.__('Train on this version of %1', mirror.volumeName),
    buttons:
      way === null
        ? [{ id: 'cancel', label: trans.__('Close'), look: 'accept' }]
        : [
            { id: 'cancel', label: trans.__('Cancel'), look: 'plain' },
            {
              id: 'clone',
              label: trans.__('Clone'),
              look: 'accept',
              off: cloneNameError(answer.clone, taken, trans)
            }
          ]
  });
  const pressed = await askDialog({
    face: face(),
    body: shown => (
      <Body
        question={question}
        first={way}
        onChange={change => {
          Object.assign(answer, change);
          shown.present(face());
        }}
      />
    ),
    focus: way === null ? { button: 'cancel' } : { field: '#dm-version-clone' },
    enter: way === null ? null : 'clone',
    wide: true
  });
  return pressed === 'clone' && answer.way !== null ? { ...answer, way: answer.way } : null;
}

interface BodyProps {
  readonly question: IVersionQuestion;
  readonly first: TrainOnVersion['way'] | null;
  readonly onChange: (change: Partial<IVersionChoice>) => void;
}

function Body({ question, first, onChange }: BodyProps): React.ReactElement {
  const { mirror, versions, taken, serverTime, language } = question;
  const { trans, format } = language;
  const [way, setWay] = React.useState(first);
  const [clone, setClone] = React.useState(question.clone);
  const error = cloneNameError(clone, taken, trans);
  const { data } = versions;
  return (
    <>
      <p>
        {data.known ? (
          <span title={format.full(data.asOf)}>{ageWords({ ...mirror, data }, serverTime, format, trans)}</span>
        ) : (
          trans.__('Data age –: %1', data.reason)
        )}
        {data.snapshot === null ? null : (
          <>
            {' · '}
            <bdi className="dm-mono">{data.snapshot}</bdi>
          </>
        )}
      </p>
      <fieldset className="dm-choice dm-ways">
        <legend>{trans.__('Ways to a version that no transfer changes')}</legend>
        {versions.ways.map(one => (
          <Way
            key={one.way}
            way={one}
            checked={one.way === way}
            onChoose={chosen => {
              setWay(chosen);
              onChange({ way: chosen });
            }}
            question={question}
          />
        ))}
      </fieldset>
      {first === null ? null : (
        <>
          <Field id="dm-version-clone" label={trans.__('Name of the clone')} error={error}>
            <input
              id="dm-version-clone"
              className="dm-input"
              type="text"
              value={clone}
              spellCheck={false}
              autoComplete="off"
              aria-invalid={error !== null}
              aria-describedby="dm-version-clone-error"
              onChange={event => {
                setClone(event.target.value);
                onChange({ clone: event.target.value });
              }}
            />
          </Field>
          <Tagging question={question} onChange={pin => onChange({ pin })} />
        </>
      )}
    </>
  );
}

interface WayProps {
  readonly way: FixedVersionWay;
  readonly checked: boolean;
  readonly onChoose: (way: TrainOnVersion['way']) => void;
  readonly question: IVersionQuestion;
}

function Way({ way, checked, onChoose, question }: WayProps): React.ReactElement {
  const { trans } = question.language;
  const why = way.can.available ? null : `${way.can.reason} ${way.can.fix}`.trim();
  const manifest =
    way.manifest === null ? null : <Manifest text={way.manifest} copy={question.copy} language={question.language} />;
  const words = (
    <>
      <span>
        <bdi>{way.title}</bdi>
      </span>
      <small>
        <bdi>{way.consequence}</bdi>
        {why === null ? null : (
          <span className="dm-way-why">
            {trans.__('Not possible now:')} <bdi>{why}</bdi>
          </span>
        )}
        {way.can.available && way.way === 'promoted' ? (
          <span className="dm-way-why">{trans.__('“Promote…” in the menu of the row does it, and asks first.')}</span>
        ) : null}
      </small>
    </>
  );
  return (
    <div className="dm-way">
      {isChoosable(way) ? (
        <label className="dm-opt">
          <input type="radio" name="dm-way" checked={checked} onChange={() => onChoose(way.way)} />
          {words}
        </label>
      ) : (
        <div className="dm-opt">
          <Icon icon={way.can.available ? okIcon : offIcon} />
          {words}
        </div>
      )}
      {manifest}
    </div>
  );
}

interface ManifestProps {
  readonly text: string;
  readonly copy: (text: string) => Promise<void>;
  readonly language: ILanguage;
}

function Manifest({ text, copy, language: { trans } }: ManifestProps): React.ReactElement {
  const [copied, setCopied] = React.useState(false);
  return (
    <details className="dm-manifest">
      <summary>{trans.__('What an admin applies or runs')}</summary>
      <pre className="dm-raw" dir="ltr" tabIndex={0}>
        {text}
      </pre>
      <Button
        label={copied ? trans.__('Copied') : trans.__('Copy')}
        icon={copyIcon}
        onClick={() => {
          copy(text).then(
            () => setCopied(true),
            () => setCopied(false)
          );
        }}
      />
    </details>
  );
}

function Tagging(props: { question: IVersionQuestion; onChange: (pin: boolean) => void }): React.ReactElement {
  const { notebook, language } = props.question;
  const { trans } = language;
  const can = notebook !== null && notebook.kernel !== null;
  const [pin, setPin] = React.useState(can);
  return (
    <Option
      label={
        notebook === null
          ? trans.__('Tag runs of a notebook with it')
          : trans.__('Tag runs that %1 begins from now on with it', fileName(notebook.path))
      }
      hint={trans.__('With the name of the snapshot that arrived, until it is unpinned or the kernel ends.')}
      off={
        can
          ? null
          : notebook === null
            ? trans.__('No notebook is open in front.')
            : trans.__('No kernel runs for %1.', notebook.path)
      }
      checked={pin}
      onChange={checked => {
        setPin(checked);
        props.onChange(checked);
      }}
    />
  );
}
