/** Small pieces of dialog bodies: a field with its message, an option, a note with an icon, a list of blockers. */
import type { Blocker } from '../../contract';
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { Icon } from '../panel/icon';
import { errorIcon, openIcon } from '../icons';
import { webPage } from '../model/webPage';
import { type ILanguage } from './figures';

interface IFieldProps {
  readonly id: string;
  readonly label: string;
  readonly extra?: string;
  readonly error: string | null;
  readonly children: React.ReactElement;
}

/** A labelled field; its message is read out when it appears. */
export function Field(props: IFieldProps): React.ReactElement {
  return (
    <div className="dm-field">
      <label htmlFor={props.id}>
        {props.label} {props.extra === undefined ? null : <span>{props.extra}</span>}
      </label>
      {props.children}
      <div id={`${props.id}-error`} className="dm-field-error" role="alert">
        {props.error}
      </div>
    </div>
  );
}

interface IOptionProps {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** Why it can't be chosen. */
  readonly off?: string | null;
}

/** A checkbox with a second line. */
export function Option(props: IOptionProps): React.ReactElement {
  const off = props.off ?? null;
  return (
    <label className="dm-opt">
      <input
        type="checkbox"
        checked={props.checked}
        aria-disabled={off !== null}
        onChange={event => {
          if (off === null) {
            props.onChange(event.target.checked);
          }
        }}
      />
      <span>{props.label}</span>
      {(off ?? props.hint) === undefined ? null : <small>{off ?? props.hint}</small>}
    </label>
  );
}

interface INoteProps {
  readonly look: 'ok' | 'warn' | 'bad' | 'info';
  readonly icon: LabIcon;
  readonly children: React.ReactNode;
}

const ICON_COLOUR = { ok: 'dm-ok', warn: 'dm-warn', bad: 'dm-bad', info: 'dm-busy' };

/** A sentence in a frame; its colour is only on the edge and the icon. */
export function Note(props: INoteProps): React.ReactElement {
  return (
    <div className={`dm-note is-${props.look}`}>
      <Icon icon={props.icon} className={ICON_COLOUR[props.look]} />
      <span>{props.children}</span>
    </div>
  );
}

/** What stands in the way: what, since when, by whom, and one way out. */
export function Blockers(props: { blockers: readonly Blocker[]; language: ILanguage }): React.ReactElement {
  return (
    <ul className="dm-blockers">
      {props.blockers.map(blocker => (
        <li key={`${blocker.kind} ${blocker.object}`}>
          <Icon icon={errorIcon} className="dm-bad" />
          <span>
            <bdi>{blocker.message}</bdi>
          </span>
          <small>
            <bdi>{blockerDetail(blocker, props.language)}</bdi>
          </small>
          <BlockerLink blocker={blocker} language={props.language} />
        </li>
      ))}
    </ul>
  );
}

function BlockerLink(props: { blocker: Blocker; language: ILanguage }): React.ReactElement | null {
  const { trans } = props.language;
  const page = webPage(props.blocker.link ?? null);
  return page === null ? null : (
    <a
      className="dm-btn"
      href={page}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={trans.__('Open %1 in MLflow', props.blocker.object)}
    >
      <Icon icon={openIcon} />
      {trans.__('Open in MLflow')}
    </a>
  );
}

/** Since when, by whom, and the way out, in one line. */
export function blockerDetail(blocker: Blocker, { trans, format, now }: ILanguage): string {
  const since = blocker.since === null ? null : trans.__('since %1', format.moment(blocker.since, now()));
  const by = blocker.by === null ? null : trans.__('by %1', blocker.by);
  const origin = [since, by].filter(part => part !== null).join(' ');
  return [origin, blocker.fix].filter(part => part !== '').join(' · ');
}
