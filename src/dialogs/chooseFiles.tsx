/** The dialog in which a person names the files and folders that come back beside the present ones. Asks the server nothing. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { askDialog, type IFace } from './liveDialog';
import { Field } from './parts';
import { hasTooManyLines, type IPathRoot, readPathLines, tooMany } from './pathLines';

export interface IFilesQuestion extends IPathRoot {
  readonly snapshotLabel: string;
  /** What stands in the field: one path on a line. */
  readonly text: string;
  /** Whether there is a file browser to choose from. */
  readonly browser: boolean;
  readonly trans: TranslationBundle;
}

/** `add`: choose in the file browser, then ask again with what was written so far. */
export type FilesAnswer =
  { readonly answer: 'paths'; readonly paths: readonly string[] } | { readonly answer: 'add'; readonly text: string };

/** What the buttons say and why the paths can't be taken yet. */
export function filesFace(question: IFilesQuestion, text: string): IFace {
  const { trans } = question;
  const { paths, error } = readPathLines(text, question, trans);
  return {
    title: trans.__('Copy files back from “%1”', question.snapshotLabel),
    buttons: [
      { id: 'cancel', label: trans.__('Cancel'), look: 'plain' },
      {
        id: 'add',
        label: trans.__('Add from the file browser…'),
        look: 'plain',
        hidden: !question.browser
      },
      {
        id: 'paths',
        label: trans.__('Continue'),
        look: 'accept',
        off: error ?? (paths.length === 0 ? trans.__('Name at least one file or folder.') : null)
      }
    ]
  };
}

/** The answer, or null: cancelled. */
export async function askFiles(question: IFilesQuestion): Promise<FilesAnswer | null> {
  const written = { text: question.text };
  const pressed = await askDialog({
    face: filesFace(question, written.text),
    body: dialog => (
      <Body
        question={question}
        onChange={text => {
          written.text = text;
          dialog.present(filesFace(question, text));
        }}
      />
    ),
    focus: { field: `#${FIELD}` },
    enter: 'paths',
    wide: true
  });
  switch (pressed) {
    case 'add':
      return { answer: 'add', text: written.text };
    case 'paths':
      return { answer: 'paths', paths: readPathLines(written.text, question, question.trans).paths };
    default:
      return null;
  }
}

const FIELD = 'dm-files-paths';

/** A paste that is longer is put into the text here, characters. */
const LONG_PASTE = 2_000;

/** Chromium takes minutes to paste thousands of lines into a text area, and the page stands still meanwhile. */
function paste(
  event: React.ClipboardEvent<HTMLTextAreaElement>,
  change: (text: string) => void,
  refuse: () => void
): void {
  const pasted = event.clipboardData.getData('text/plain');
  if (pasted.length < LONG_PASTE) {
    return;
  }
  event.preventDefault();
  if (hasTooManyLines(pasted)) {
    refuse();
    return;
  }
  const { value, selectionStart, selectionEnd } = event.currentTarget;
  change(value.slice(0, selectionStart) + pasted + value.slice(selectionEnd));
}

function Body(props: { question: IFilesQuestion; onChange: (text: string) => void }): React.ReactElement {
  const { question, onChange } = props;
  const { trans, volumeName } = question;
  const [text, setText] = React.useState(question.text);
  const [refused, setRefused] = React.useState<string | null>(null);
  const { error: wrong } = readPathLines(text, question, trans);
  const error = refused ?? wrong;
  const change = (next: string) => {
    setRefused(null);
    setText(next);
    onChange(next);
  };
  const example = trans.__('notebooks/train.ipynb');
  return (
    <>
      <Field
        id={FIELD}
        label={trans.__('Files and folders')}
        extra={trans.__('one on a line, as they were called in the snapshot')}
        error={error}
      >
        <textarea
          id={FIELD}
          className="dm-input dm-paths"
          rows={8}
          value={text}
          spellCheck={false}
          autoComplete="off"
          wrap="off"
          placeholder={example}
          aria-invalid={error !== null}
          aria-describedby={`${FIELD}-error`}
          onChange={event => {
            change(event.target.value);
          }}
          onPaste={event => {
            paste(event, change, () => {
              setRefused(tooMany(trans));
            });
          }}
        />
      </Field>
      <p className="dm-small">
        {trans.__('They are written to a new folder of %1. Nothing is replaced, and your server goes on.', volumeName)}
      </p>
    </>
  );
}
