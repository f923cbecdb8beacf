/** The dialog that holds a snapshot: until it is released, or to the end of a day. */
import type { Snapshot } from '../../contract';
import * as React from 'react';
import type { ILanguage } from './figures';
import { askDialog } from './liveDialog';
import { snapshotLabel } from './words';

/** What the person chose: for ever, or a calendar day YYYY-MM-DD. */
export type HoldChoice = { readonly until: 'release' } | { readonly until: 'date'; readonly day: string };

/** The instant a choice means (the end of the chosen day, local time), or why it means none. */
export function holdInstant(choice: HoldChoice, { trans, now }: ILanguage): { until: string } | { wrong: string } {
  if (choice.until === 'release') {
    return { until: 'forever' };
  }
  const [year, month, day] = choice.day.split('-').map(Number);
  if (year === undefined || month === undefined || day === undefined || Number.isNaN(year + month + day)) {
    return { wrong: trans.__('Choose a date.') };
  }
  const end = new Date(year, month - 1, day, 23, 59, 59);
  return end.getTime() <= now().getTime()
    ? { wrong: trans.__('Choose a day that is not over yet.') }
    : { until: end.toISOString() };
}

/** `forever`, an ISO instant, or null: cancelled. */
export async function askHold(snapshot: Snapshot, language: ILanguage): Promise<string | null> {
  const { trans } = language;
  const answer: { choice: HoldChoice } = { choice: { until: 'release' } };
  const face = () => {
    const meant = holdInstant(answer.choice, language);
    return {
      title: trans.__('Hold “%1”', snapshotLabel(snapshot)),
      buttons: [
        { id: 'cancel', label: trans.__('Cancel'), look: 'plain' as const },
        { id: 'hold', label: trans.__('Hold'), look: 'accept' as const, off: 'wrong' in meant ? meant.wrong : null }
      ]
    };
  };
  const pressed = await askDialog({
    face: face(),
    body: shown => (
      <Body
        language={language}
        onChange={choice => {
          answer.choice = choice;
          shown.present(face());
        }}
      />
    ),
    focus: { field: 'input' },
    enter: null
  });
  const meant = pressed === 'hold' ? holdInstant(answer.choice, language) : null;
  return meant !== null && 'until' in meant ? meant.until : null;
}

function Body(props: { language: ILanguage; onChange: (choice: HoldChoice) => void }): React.ReactElement {
  const { trans, format, now } = props.language;
  const [choice, setChoice] = React.useState<HoldChoice>({ until: 'release' });
  const [day, setDay] = React.useState(() => format.dayOf(new Date(now().getTime() + 30 * 86_400_000)));
  const change = (next: HoldChoice) => {
    setChoice(next);
    props.onChange(next);
  };
  const meant = holdInstant(choice, props.language);
  return (
    <fieldset className="dm-choice">
      <legend>{trans.__('It can’t be deleted')}</legend>
      <label className="dm-opt">
        <input
          type="radio"
          name="dm-hold"
          checked={choice.until === 'release'}
          onChange={() => {
            change({ until: 'release' });
          }}
        />
        <span>{trans.__('until you release it')}</span>
      </label>
      <label className="dm-opt">
        <input
          type="radio"
          name="dm-hold"
          checked={choice.until === 'date'}
          onChange={() => {
            change({ until: 'date', day });
          }}
        />
        <span>{trans.__('to the end of')}</span>
      </label>
      <input
        type="date"
        className="dm-input dm-date"
        aria-label={trans.__('Day')}
        value={day}
        onChange={event => {
          setDay(event.target.value);
          change({ until: 'date', day: event.target.value });
        }}
      />
      <div className="dm-field-error" role="alert">
        {'wrong' in meant ? meant.wrong : null}
      </div>
    </fieldset>
  );
}
