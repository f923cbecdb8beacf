/** The dialog that asks which run or model version is meant, where a command does not say. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { runOrModelIn } from '../model/runOrModel';
import { askDialog } from './liveDialog';
import { Field } from './parts';

export interface RunOrModelQuestion {
  readonly title: string;
  readonly accept: string;
}

/** The run’s id or the version; null: cancelled. */
export async function askRunOrModel(question: RunOrModelQuestion, trans: TranslationBundle): Promise<string | null> {
  const answer = { text: '' };
  const face = () => ({
    title: question.title,
    buttons: [
      { id: 'cancel', label: trans.__('Cancel'), look: 'plain' as const },
      {
        id: 'accept',
        label: question.accept,
        look: 'accept' as const,
        off:
          runOrModelIn(answer.text) === null
            ? trans.__('Give the id of a run, models:/name/3 or models:/name@alias, or the address of its page.')
            : null
      }
    ]
  });
  const pressed = await askDialog({
    face: face(),
    body: shown => (
      <Body
        trans={trans}
        onChange={text => {
          answer.text = text;
          shown.present(face());
        }}
      />
    ),
    focus: { field: 'input' },
    enter: 'accept'
  });
  return pressed === 'accept' ? runOrModelIn(answer.text) : null;
}

interface BodyProps {
  readonly trans: TranslationBundle;
  readonly onChange: (text: string) => void;
}

function Body({ trans, onChange }: BodyProps): React.ReactElement {
  const [text, setText] = React.useState('');
  const wrong = text.trim() !== '' && runOrModelIn(text) === null;
  return (
    <Field
      id="dm-run-or-model"
      label={trans.__('Run or model version')}
      extra={trans.__('(id of a run, models:/name/3, models:/name@alias, or the address of its page in MLflow)')}
      error={wrong ? trans.__('This is neither a run nor a model version.') : null}
    >
      <input
        id="dm-run-or-model"
        className="dm-input"
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={text}
        aria-invalid={wrong}
        aria-describedby="dm-run-or-model-error"
        onChange={event => {
          setText(event.target.value);
          onChange(event.target.value);
        }}
      />
    </Field>
  );
}
