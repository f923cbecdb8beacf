/** Dialogs that ask for one text: the title or the note of a snapshot. */
import { Note, type Snapshot, Title } from '../../contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { z } from 'zod';
import { askDialog } from './liveDialog';
import { Field } from './parts';
import { snapshotLabel } from './words';

interface ITextQuestion {
  readonly heading: string;
  readonly label: string;
  readonly accept: string;
  readonly start: string;
  readonly schema: z.ZodType<string>;
  readonly lines: boolean;
  readonly hint?: string;
  readonly trans: TranslationBundle;
}

/** A new title, or null. */
export const askTitle = (snapshot: Snapshot, trans: TranslationBundle): Promise<string | null> =>
  askText({
    heading: trans.__('Rename “%1”', snapshotLabel(snapshot)),
    label: trans.__('Title'),
    accept: trans.__('Rename'),
    start: snapshot.title ?? '',
    schema: Title,
    lines: false,
    hint: trans.__('Its name stays: %1', snapshot.name),
    trans
  });

/** A new note, possibly empty, or null. */
export const askNote = (snapshot: Snapshot, trans: TranslationBundle): Promise<string | null> =>
  askText({
    heading: trans.__('Note of “%1”', snapshotLabel(snapshot)),
    label: trans.__('Note'),
    accept: trans.__('Save'),
    start: snapshot.note,
    schema: Note,
    lines: true,
    trans
  });

/** A title for a snapshot that is about to be made, or null. */
export const askNewTitle = (volumeName: string, start: string, trans: TranslationBundle): Promise<string | null> =>
  askText({
    heading: trans.__('Snapshot %1', volumeName),
    label: trans.__('Title'),
    accept: trans.__('Snapshot'),
    start,
    schema: Title,
    lines: false,
    trans
  });

/** Asks for one text that the schema accepts; null: cancelled. */
export async function askText(question: ITextQuestion): Promise<string | null> {
  const { trans } = question;
  const answer = { text: question.start };
  const face = () => ({
    title: question.heading,
    buttons: [
      { id: 'cancel', label: trans.__('Cancel'), look: 'plain' as const },
      {
        id: 'accept',
        label: question.accept,
        look: 'accept' as const,
        off: messageOf(question.schema, answer.text)
      }
    ]
  });
  const pressed = await askDialog({
    face: face(),
    body: shown => (
      <TextBody
        question={question}
        onChange={text => {
          answer.text = text;
          shown.present(face());
        }}
      />
    ),
    focus: { field: '#dm-text' },
    enter: question.lines ? null : 'accept'
  });
  return pressed === 'accept' ? question.schema.parse(answer.text) : null;
}

const messageOf = (schema: z.ZodType<string>, text: string): string | null => {
  const parsed = schema.safeParse(text);
  return parsed.success ? null : (parsed.error.issues[0]?.message ?? null);
};

function TextBody(props: { question: ITextQuestion; onChange: (text: string) => void }): React.ReactElement {
  const { question } = props;
  const [text, setText] = React.useState(question.start);
  const error = messageOf(question.schema, text);
  const common = {
    id: 'dm-text',
    className: 'dm-input',
    value: text,
    'aria-invalid': error !== null,
    'aria-describedby': 'dm-text-error',
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      setText(event.target.value);
      props.onChange(event.target.value);
    }
  };
  return (
    <>
      <Field id="dm-text" label={question.label} error={text === question.start ? null : error}>
        {question.lines ? <textarea {...common} ref={select} /> : <input type="text" {...common} ref={select} />}
      </Field>
      {question.hint === undefined ? null : (
        <p className="dm-small">
          <bdi>{question.hint}</bdi>
        </p>
      )}
    </>
  );
}

const select = (field: HTMLInputElement | HTMLTextAreaElement | null): void => {
  field?.select();
};
