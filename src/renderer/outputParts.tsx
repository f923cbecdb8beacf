/** How a snapshot and a table of snapshots look in a cell output. Data is only ever text; buttons ask for the live state first. */
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { Icon } from '../panel/icon';
import { type ILanguage, fileName, measuredText } from '../dialogs/figures';
import { snapshotLabel } from '../dialogs/words';
import {
  errorIcon,
  holdIcon,
  moreIcon,
  offIcon,
  okIcon,
  pendingIcon,
  safetyIcon,
  unknownIcon,
  volumeIcon
} from '../icons';
import type { LiveState } from './liveState';
import type { SnapshotOutput, SnapshotsOutput, TableRow } from './snapshotData';

/** What the buttons of an output can do. */
export interface IOutputActions {
  readonly ask: (shown: { name: string; uid: string }) => Promise<LiveState>;
  readonly show: (snapshot: string) => void;
  readonly menu: (snapshot: string, anchor: HTMLElement) => void;
  readonly openPanel: () => void;
}

interface IStateWords {
  readonly icon: LabIcon;
  readonly colour: string;
  readonly text: string;
}

type Shown = Pick<SnapshotOutput, 'state' | 'readyInMs'>;

/** Icon and words of the state at that time. */
export function stateWords(shown: Shown, { trans }: ILanguage): IStateWords {
  const { phase, message } = shown.state;
  switch (phase) {
    case 'ready':
      return {
        icon: okIcon,
        colour: 'dm-ok',
        text:
          typeof shown.readyInMs !== 'number'
            ? trans.__('ready')
            : trans.__('ready in %1', measuredText(shown.readyInMs, trans))
      };
    case 'failed':
      return {
        icon: errorIcon,
        colour: 'dm-bad',
        text: (message ?? '') === '' ? trans.__('failed') : trans.__('failed: %1', message ?? '')
      };
    case 'pending':
      return { icon: pendingIcon, colour: 'dm-busy', text: trans.__('was being made') };
    case 'deleting':
      return { icon: offIcon, colour: 'dm-dim', text: trans.__('was being deleted') };
    case 'unknown':
      return { icon: unknownIcon, colour: 'dm-dim', text: trans.__('state not known') };
  }
}

const labelOf = (shown: Pick<SnapshotOutput, 'title' | 'notebook' | 'name'>): string =>
  snapshotLabel({ title: shown.title ?? null, notebook: shown.notebook ?? null, name: shown.name });

interface ILineProps {
  readonly shown: SnapshotOutput;
  readonly actions: IOutputActions;
  readonly language: ILanguage;
}

/** One snapshot: a line with Show and a menu. */
export function SnapshotLine({ shown, actions, language }: ILineProps): React.ReactElement {
  const { trans } = language;
  const words = stateWords(shown, language);
  const { note, off, act } = useLive(shown, actions, language);
  return (
    <div className={`dm-line1 ${shown.state.phase === 'failed' ? 'is-bad' : ''}`}>
      <Icon icon={words.icon} className={words.colour} />
      <span className="dm-line1-text">
        {trans.__('Snapshot')} <b>{<bdi>{labelOf(shown)}</bdi>}</b> {trans.__('of')} <bdi>{shown.volume.name}</bdi>
      </span>
      <span className="dm-dim">{words.text}</span>
      <span className="dm-line1-note" role="status">
        {note}
      </span>
      <button
        type="button"
        className="dm-btn"
        aria-disabled={off !== null}
        title={off ?? trans.__('Show in the panel')}
        onClick={() => {
          act(() => {
            actions.show(shown.name);
          });
        }}
      >
        {trans.__('Show')}
      </button>
      <button
        type="button"
        className="dm-ib"
        aria-haspopup="menu"
        aria-disabled={off !== null}
        aria-label={trans.__('More')}
        title={off ?? trans.__('More')}
        onClick={event => {
          const anchor = event.currentTarget;
          act(() => {
            actions.menu(shown.name, anchor);
          });
        }}
      >
        <Icon icon={moreIcon} />
      </button>
    </div>
  );
}

/** A table of snapshots, as it was then. */
export function SnapshotTable(props: {
  shown: SnapshotsOutput;
  actions: IOutputActions;
  language: ILanguage;
}): React.ReactElement {
  const { shown, actions, language } = props;
  const { trans, format, now } = language;
  const total = shown.total ?? shown.items.length;
  return (
    <div className="dm-rich">
      <header>
        <Icon icon={volumeIcon} />
        <b>
          <bdi>{shown.volume.name}</bdi>
        </b>
        <span className="dm-dim">
          {trans._n('%2 of %1 snapshot', '%2 of %1 snapshots', total, shown.items.length)} ·{' '}
          <span title={format.full(shown.asOf)}>{asOfText(shown.asOf, language)}</span>
        </span>
        <span className="dm-rich-space" />
        <button type="button" className="dm-btn" onClick={actions.openPanel}>
          {trans.__('Show in panel')}
        </button>
      </header>
      <table className="dm-table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Taken')}</th>
            <th scope="col">{trans.__('Title')}</th>
            <th scope="col">{trans.__('Notebook')}</th>
            <th scope="col">{trans.__('State')}</th>
            <th scope="col">
              <span className="dm-sr">{trans.__('Actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.items.map(row => (
            <Row key={`${row.name} ${row.uid}`} row={row} actions={actions} language={language} />
          ))}
        </tbody>
      </table>
      {shown.unreadable > 0 ? (
        <p className="dm-dim dm-rich-foot">
          {trans._n('%1 row can’t be read.', '%1 rows can’t be read.', shown.unreadable)}
        </p>
      ) : null}
      <span className="dm-sr">{format.moment(shown.asOf, now())}</span>
    </div>
  );
}

/** "as of 14:20:06" today, else with its day. */
export function asOfText(instant: string, { trans, format, now }: ILanguage): string {
  const today = format.dayOf(instant) === format.dayOf(now());
  return trans.__('as of %1', today ? format.clockSeconds(instant) : format.moment(instant, now()));
}

function Row(props: { row: TableRow; actions: IOutputActions; language: ILanguage }): React.ReactElement {
  const { row, actions, language } = props;
  const { trans, format, now } = language;
  const words = stateWords({ ...row, readyInMs: null }, language);
  const state = words.text.charAt(0).toLocaleUpperCase() + words.text.slice(1);
  const { note, off, act } = useLive(row, actions, language);
  return (
    <tr>
      <td className="dm-num" title={format.full(row.createdAt)}>
        {format.moment(row.createdAt, now())}
      </td>
      <td>
        <bdi>{row.title ?? '–'}</bdi> <Badges row={row} language={language} />
      </td>
      <td title={row.notebook ?? ''}>
        <bdi>{fileName(row.notebook ?? '–')}</bdi>
      </td>
      <td>
        <Icon icon={words.icon} className={words.colour} /> {state}
      </td>
      <td className="dm-table-action">
        <span role="status">{note}</span>
        <button
          type="button"
          className="dm-ib"
          aria-haspopup="menu"
          aria-disabled={off !== null}
          aria-label={trans.__('Actions for %1', labelOf(row))}
          title={off ?? trans.__('Actions')}
          onClick={event => {
            const anchor = event.currentTarget;
            act(() => {
              actions.menu(row.name, anchor);
            });
          }}
        >
          <Icon icon={moreIcon} />
        </button>
      </td>
    </tr>
  );
}

function Badges({ row, language }: { row: TableRow; language: ILanguage }): React.ReactElement {
  const { trans } = language;
  return (
    <>
      {(row.heldUntil ?? null) === null ? null : (
        <span className="dm-chip" title={trans.__('Held when the cell ran')}>
          <Icon icon={holdIcon} />
          {trans.__('Held')}
        </span>
      )}
      {row.origin === 'safety' ? (
        <span className="dm-chip" title={trans.__('Safety snapshot: taken before a restore, so that it can be undone')}>
          <Icon icon={safetyIcon} />
          {trans.__('Safety')}
        </span>
      ) : null}
    </>
  );
}

/** Asks for the live state before a button acts; a snapshot that is gone switches the buttons off for good. */
function useLive(
  shown: { name: string; uid: string },
  actions: IOutputActions,
  { trans }: ILanguage
): { note: string | null; off: string | null; act: (then: () => void) => void } {
  const [state, setState] = React.useState<LiveState | 'asking' | null>(null);
  const gone = state !== null && state !== 'asking' && state.live === 'gone';
  const unknown = state !== null && state !== 'asking' && state.live === 'unknown' ? state.reason : null;
  const off = gone ? trans.__('This snapshot was deleted since.') : null;
  return {
    note: gone ? trans.__('deleted since') : unknown,
    off,
    act: then => {
      if (gone || state === 'asking') {
        return;
      }
      setState('asking');
      actions.ask(shown).then(
        found => {
          setState(found);
          if (found.live === 'there') {
            then();
          }
        },
        (error: unknown) => {
          setState({ live: 'unknown', reason: error instanceof Error ? error.message : String(error) });
        }
      );
    }
  };
}
