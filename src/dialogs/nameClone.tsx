/** The dialog before a clone: a name that is offered and checked while it is typed, and where the clone will be. */
import { type Clone, CloneName } from '../../contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { askDialog } from './liveDialog';
import { Field } from './parts';

export interface ICloneQuestion {
  /** Label of the snapshot; null: the volume as it is now. */
  readonly source: string | null;
  readonly volumeName: string;
  /** Folder in the server's file system that will hold it, where that is known. */
  readonly folder: string | null;
  readonly name: string;
  /** Clones there are, so that a name is not offered twice. */
  readonly taken: readonly Clone[];
  readonly trans: TranslationBundle;
}

/** A valid name made from a label and the time: `features-v3-frozen-1420`. */
export function suggestCloneName(label: string, now: Date): string {
  const slug = label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '');
  const time = `${String(now.getHours()).padStart(2, '0')}${String(now.getMinutes()).padStart(2, '0')}`;
  return slug === '' ? `clone-${time}` : `${slug}-${time}`;
}

/** What is wrong with a name, or null. */
export function cloneNameError(name: string, taken: readonly Clone[], trans: TranslationBundle): string | null {
  const parsed = CloneName.safeParse(name);
  if (!parsed.success) {
    return parsed.error.issues.at(-1)?.message ?? null;
  }
  return taken.some(clone => clone.name === name) ? trans.__('There is a clone %1 already.', name) : null;
}

/** The name, or null: cancelled. */
export async function askCloneName(question: ICloneQuestion): Promise<string | null> {
  const { trans, taken } = question;
  const answer = { name: question.name };
  const face = () => ({
    title:
      question.source === null
        ? trans.__('Clone %1 as it is now', question.volumeName)
        : trans.__('Clone “%1”', question.source),
    buttons: [
      { id: 'cancel', label: trans.__('Cancel'), look: 'plain' as const },
      { id: 'clone', label: trans.__('Clone'), look: 'accept' as const, off: cloneNameError(answer.name, taken, trans) }
    ]
  });
  const pressed = await askDialog({
    face: face(),
    body: shown => (
      <Body
        question={question}
        onChange={name => {
          answer.name = name;
          shown.present(face());
        }}
      />
    ),
    focus: { field: '#dm-clone-name' },
    enter: 'clone'
  });
  return pressed === 'clone' ? answer.name : null;
}

/** Where the clone will be found. */
export function whereText({ trans, volumeName, folder }: ICloneQuestion, name: string): string {
  return folder === null
    ? trans.__(
        'A writable copy, apart from %1: a volume of its own. It appears in the list of clones; another server can mount it.',
        volumeName
      )
    : trans.__(
        'A writable copy, apart from %1. It appears in the list of clones and as folder %2.',
        volumeName,
        `${folder}/${name}`
      );
}

function Body(props: { question: ICloneQuestion; onChange: (name: string) => void }): React.ReactElement {
  const { trans, taken } = props.question;
  const [name, setName] = React.useState(props.question.name);
  const error = cloneNameError(name, taken, trans);
  return (
    <>
      <Field id="dm-clone-name" label={trans.__('Name')} error={error}>
        <input
          id="dm-clone-name"
          className="dm-input"
          type="text"
          value={name}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={error !== null}
          aria-describedby="dm-clone-name-error"
          ref={select}
          onChange={event => {
            setName(event.target.value);
            props.onChange(event.target.value);
          }}
        />
      </Field>
      <p className="dm-small">{whereText(props.question, name)}</p>
    </>
  );
}

const select = (field: HTMLInputElement | null): void => {
  field?.select();
};
