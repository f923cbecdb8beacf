/** What comes back and what can't, where the clones will be, and what a person may say before it is begun. */
import * as React from 'react';
import type { ReproductionPart, ReproductionPlan } from '../../contract';
import { errorIcon, okIcon, warnIcon } from '../icons';
import { itemsOf } from '../model/listState';
import { Icon } from '../panel/icon';
import type { IDatamarkModel } from '../tokens';
import type { ILanguage } from './figures';
import { Field, Note } from './parts';
import {
  type BegunReproduction,
  begunReproductions,
  canWord,
  partName,
  type ReproductionChoice,
  volumesWithoutData,
  whereWords,
  whyNotBegin
} from './reproductionWords';

export interface PlannedProps {
  readonly plan: ReproductionPlan;
  readonly model: IDatamarkModel;
  readonly language: ILanguage;
  /** What the person chose; changed in place. */
  readonly choice: ReproductionChoice;
  readonly onChange: () => void;
}

/** The plan. */
export function Planned({ plan, model, language, choice, onChange }: PlannedProps): React.ReactElement {
  const { trans } = language;
  const [, render] = React.useReducer((count: number) => count + 1, 0);
  const change = (apply: () => void) => {
    apply();
    render();
    onChange();
  };
  const missing = volumesWithoutData(plan);
  const begun = begunReproductions(plan, itemsOf(model.clones));
  const where = whereWords(plan, itemsOf(model.volumes), model.connection, trans);
  const whyNot = whyNotBegin(plan, choice, trans);
  return (
    <>
      <h4>{trans.__('What comes back')}</h4>
      <ul className="dm-checks">
        {plan.parts.map(part => (
          <Part key={`${part.part} ${part.of ?? ''}`} part={part} language={language} />
        ))}
      </ul>
      {where === null ? null : (
        <>
          <h4>{trans.__('Where')}</h4>
          <p>
            <bdi>{where}</bdi>
          </p>
        </>
      )}
      {begun.length === 0 ? null : (
        <Begun
          begun={begun}
          language={language}
          name={choice.name}
          onName={name => change(() => (choice.name = name))}
        />
      )}
      {missing.map(volume => (
        <Text
          key={volume}
          id={`dm-reproduce-data-${volume}`}
          label={trans.__('Folder with the data of %1', volume)}
          extra={trans.__('(its whole path, in a volume or a clone of this server)')}
          value={choice.folders.get(volume) ?? ''}
          onChange={text => change(() => choice.folders.set(volume, text))}
        />
      ))}
      {plan.notebook === null && plan.data.length > 0 ? (
        <Text
          id="dm-reproduce-notebook"
          label={trans.__('Notebook')}
          extra={trans.__('(optional: its path as the file browser had it; without one only the data comes back)')}
          value={choice.notebook}
          onChange={text => change(() => (choice.notebook = text))}
        />
      ) : null}
      {whyNot === null ? null : (
        <Note look="warn" icon={warnIcon}>
          {whyNot}
        </Note>
      )}
    </>
  );
}

const PART_ICONS = { yes: okIcon, partly: warnIcon, no: errorIcon };
const PART_COLOURS = { yes: 'dm-ok', partly: 'dm-warn', no: 'dm-bad' };

function Part({
  part,
  language
}: {
  readonly part: ReproductionPart;
  readonly language: ILanguage;
}): React.ReactElement {
  const { trans } = language;
  return (
    <li>
      <span>
        <Icon icon={PART_ICONS[part.can]} className={PART_COLOURS[part.can]} />
        <span className="dm-sr">{canWord(part, trans)}</span>
      </span>
      <b>
        <bdi>{partName(part, trans)}</bdi>
      </b>
      <span>
        <bdi>{part.message}</bdi>
      </span>
    </li>
  );
}

interface BegunProps {
  readonly begun: readonly BegunReproduction[];
  readonly name: string | null;
  readonly onName: (name: string | null) => void;
  readonly language: ILanguage;
}

/** Which clones: new ones, or those of a reproduction that was begun. */
function Begun({ begun, name, onName, language }: BegunProps): React.ReactElement {
  const { trans, format, now } = language;
  const choice = (value: string | null, label: string, hint: string | null) => (
    <label key={value ?? ''} className="dm-opt">
      <input type="radio" name="dm-reproduction" checked={name === value} onChange={() => onName(value)} />
      <span>{label}</span>
      {hint === null ? null : <small>{hint}</small>}
    </label>
  );
  return (
    <fieldset className="dm-choice">
      <legend>{trans.__('Clones')}</legend>
      {choice(null, trans.__('Make new ones'), null)}
      {begun.map(one =>
        choice(
          one.name,
          trans.__('Go on with %1, made %2', one.name, format.agoAlone(one.createdAt, now())),
          one.path === null
            ? trans.__('Its files may have been changed since.')
            : trans.__('It is here: %1. Its files may have been changed since.', one.path)
        )
      )}
    </fieldset>
  );
}

interface TextProps {
  readonly id: string;
  readonly label: string;
  readonly extra: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

function Text({ id, label, extra, value, onChange }: TextProps): React.ReactElement {
  return (
    <Field id={id} label={label} extra={extra} error={null}>
      <input
        id={id}
        className="dm-input"
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={event => onChange(event.target.value)}
      />
    </Field>
  );
}
