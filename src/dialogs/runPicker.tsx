/** A field for a run with the runs that are known below it: typing searches them, ↑ ↓ choose, and any id can be given. */
import * as React from 'react';
import { errorIcon, okIcon, pendingIcon, runIcon } from '../icons';
import type { SeenRun } from '../model/runsLook';
import { Icon } from '../panel/icon';
import { runName, runState } from '../panel/lineage/lineageWords';
import type { ILanguage } from './figures';
import { Field } from './parts';
import { type PickableRuns, pickedRun, runsWith } from './pickedRun';

export interface RunPickerProps {
  readonly runs: PickableRuns;
  /** Runs that name this one already are told. */
  readonly uid: string;
  readonly language: ILanguage;
  readonly text: string;
  readonly onText: (text: string) => void;
}

const LIST = 'dm-link-run-list';
const optionId = (run: string): string => `dm-link-run-${run}`;

/** The field and the list. */
export function RunPicker({ runs, uid, language, text, onText }: RunPickerProps): React.ReactElement {
  const { trans } = language;
  const [search, setSearch] = React.useState('');
  const list = React.useRef<HTMLDivElement>(null);
  const offered = runsWith(runs.seen, search);
  const picked = pickedRun(text, runs.seen);
  const at = picked.state === 'run' ? offered.findIndex(({ run }) => run.id === picked.id) : -1;
  const choose = ({ run }: SeenRun) => {
    onText(run.id);
    [...(list.current?.children ?? [])]
      .find(({ id }) => id === optionId(run.id))
      ?.scrollIntoView?.({ block: 'nearest' });
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const next = step === 0 ? undefined : offered[at === -1 && step === -1 ? offered.length - 1 : at + step];
    if (next !== undefined) {
      choose(next);
    }
    if (step !== 0) {
      event.preventDefault();
    }
  };
  return (
    <>
      <Field
        id="dm-link-run"
        label={trans.__('Run')}
        extra={trans.__('(search by name, or give its id or the address of its page in MLflow)')}
        error={picked.state === 'none' && text.trim() !== '' ? trans.__('This is no id of a run.') : null}
      >
        <input
          id="dm-link-run"
          className="dm-input"
          type="text"
          role="combobox"
          aria-expanded={offered.length > 0}
          aria-controls={LIST}
          aria-autocomplete="list"
          aria-activedescendant={at === -1 ? undefined : optionId(offered[at]?.run.id ?? '')}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onKeyDown={onKeyDown}
          onChange={event => {
            setSearch(event.target.value);
            onText(event.target.value);
          }}
        />
      </Field>
      <div ref={list} id={LIST} className="dm-runs" role="listbox" aria-label={trans.__('Newest runs')}>
        {offered.map((seen, index) => (
          <Offered
            key={seen.run.id}
            seen={seen}
            chosen={index === at}
            linked={seen.snapshots.some(({ link }) => link.uid === uid)}
            language={language}
            onChoose={() => choose(seen)}
          />
        ))}
      </div>
      <p className="dm-dim dm-runs-state" role="status">
        {stateWords(runs, offered.length, language)}
      </p>
    </>
  );
}

function Offered(props: {
  readonly seen: SeenRun;
  readonly chosen: boolean;
  readonly linked: boolean;
  readonly language: ILanguage;
  readonly onChoose: () => void;
}): React.ReactElement {
  const { run } = props.seen;
  const { trans, format, now } = props.language;
  const state = runState(run, trans);
  const icon =
    run.status === 'FAILED'
      ? errorIcon
      : run.status === 'RUNNING'
        ? pendingIcon
        : run.status === 'FINISHED'
          ? okIcon
          : runIcon;
  const end = [
    props.linked ? trans.__('names it already') : state,
    run.startedAt === null ? null : format.agoAlone(run.startedAt, now())
  ].filter(part => part !== null);
  return (
    <div id={optionId(run.id)} role="option" aria-selected={props.chosen} title={run.id} onClick={props.onChoose}>
      <Icon icon={icon} />
      <span className="dm-trunc">
        <bdi>{runName(run)}</bdi>
      </span>
      <small>{end.join(' · ')}</small>
    </div>
  );
}

function stateWords({ seen, asking, refusal }: PickableRuns, offered: number, { trans }: ILanguage): string {
  if (refusal !== null) {
    return trans.__('%1 The id of any run can be given.', refusal);
  }
  if (seen.length === 0) {
    return asking
      ? trans.__('Asking MLflow…')
      : trans.__('No run of this volume or notebook was found. The id of any run can be given.');
  }
  return offered === 0 ? trans.__('None of the newest runs has this name.') : '';
}
