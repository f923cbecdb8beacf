/** The dialog before a snapshot: title (ISO, selected), note, hold, saving open files, and which volumes. */
import { Note as NoteSchema, Title, type Volume } from '../../contract';
import * as React from 'react';
import type { ILanguage } from './figures';
import { type IFace, askDialog } from './liveDialog';
import { Field, Option } from './parts';
import { namesOf } from './words';

export interface ISnapshotQuestion {
  readonly volumes: readonly Volume[];
  readonly selected: Volume;
  readonly title: string;
  readonly note: string;
  readonly hold: boolean;
  /** Paths of open files with edits that are not on disk. */
  readonly dirty: readonly string[];
  readonly saveFirst: boolean;
  readonly language: ILanguage;
}

/** What the person chose. */
export interface ISnapshotChoice {
  readonly volumes: readonly Volume[];
  readonly title: string;
  readonly note: string;
  readonly hold: boolean;
  readonly saveFirst: boolean;
}

/** The first thing that is wrong with the choice, per field. */
export function choiceErrors(
  choice: ISnapshotChoice,
  { trans }: ILanguage
): { title: string | null; note: string | null; volumes: string | null } {
  const title = Title.safeParse(choice.title);
  const note = NoteSchema.safeParse(choice.note);
  return {
    title: title.success ? null : (title.error.issues[0]?.message ?? null),
    note: note.success ? null : (note.error.issues[0]?.message ?? null),
    volumes: choice.volumes.length > 0 ? null : trans.__('Choose at least one volume.')
  };
}

/** Title and buttons for a choice: the Snapshot button says why it is off. */
export function choiceFace(choice: ISnapshotChoice, language: ILanguage): IFace {
  const { trans } = language;
  const errors = choiceErrors(choice, language);
  const [only] = choice.volumes;
  return {
    title:
      choice.volumes.length === 1 && only !== undefined
        ? trans.__('Snapshot %1', only.name)
        : trans.__('Snapshot %1 volumes', choice.volumes.length),
    buttons: [
      { id: 'cancel', label: trans.__('Cancel'), look: 'plain' },
      {
        id: 'snapshot',
        label: trans.__('Snapshot'),
        look: 'accept',
        off: errors.volumes ?? errors.title ?? errors.note
      }
    ]
  };
}

/** Asks; null: cancelled. */
export async function askSnapshot(question: ISnapshotQuestion): Promise<ISnapshotChoice | null> {
  const answer = {
    choice: {
      volumes: [question.selected],
      title: question.title,
      note: question.note,
      hold: question.hold,
      saveFirst: question.saveFirst && question.dirty.length > 0
    } as ISnapshotChoice
  };
  const pressed = await askDialog({
    face: choiceFace(answer.choice, question.language),
    body: shown => (
      <Body
        question={question}
        start={answer.choice}
        onChange={choice => {
          answer.choice = choice;
          shown.present(choiceFace(choice, question.language));
        }}
      />
    ),
    focus: { field: '#dm-create-title' },
    enter: 'snapshot'
  });
  return pressed === 'snapshot' ? { ...answer.choice, title: answer.choice.title.trim() } : null;
}

interface IBodyProps {
  readonly question: ISnapshotQuestion;
  readonly start: ISnapshotChoice;
  readonly onChange: (choice: ISnapshotChoice) => void;
}

function Body({ question, start, onChange }: IBodyProps): React.ReactElement {
  const { language, volumes, dirty } = question;
  const { trans } = language;
  const [choice, setChoice] = React.useState(start);
  const change = (part: Partial<ISnapshotChoice>) => {
    const next = { ...choice, ...part };
    setChoice(next);
    onChange(next);
  };
  const errors = choiceErrors(choice, language);
  return (
    <>
      {volumes.length > 1 ? (
        <VolumeChoice volumes={volumes} choice={choice} change={change} language={language} error={errors.volumes} />
      ) : null}
      <Field id="dm-create-title" label={trans.__('Title')} error={errors.title}>
        <input
          id="dm-create-title"
          className="dm-input"
          type="text"
          value={choice.title}
          aria-invalid={errors.title !== null}
          aria-describedby="dm-create-title-error"
          ref={selectOnce}
          onChange={event => {
            change({ title: event.target.value });
          }}
        />
      </Field>
      <Field id="dm-create-note" label={trans.__('Note')} extra={trans.__('(optional)')} error={errors.note}>
        <textarea
          id="dm-create-note"
          className="dm-input"
          placeholder={trans.__('Why this moment matters')}
          value={choice.note}
          aria-invalid={errors.note !== null}
          aria-describedby="dm-create-note-error"
          onChange={event => {
            change({ note: event.target.value });
          }}
        />
      </Field>
      <Option
        label={trans.__('Hold')}
        hint={trans.__('It can’t be deleted until you release it.')}
        checked={choice.hold}
        onChange={hold => {
          change({ hold });
        }}
      />
      {dirty.length > 0 ? (
        <Option
          label={trans.__('Save open files first')}
          hint={trans._n(
            '%1 has unsaved changes: %2',
            '%1 have unsaved changes: %2',
            dirty.length,
            namesOf(dirty, trans)
          )}
          checked={choice.saveFirst}
          onChange={saveFirst => {
            change({ saveFirst });
          }}
        />
      ) : null}
      <p className="dm-small">{coverText(choice.volumes, language)}</p>
    </>
  );
}

/** What the snapshot will hold. */
export function coverText(volumes: readonly Volume[], { trans }: ILanguage): string {
  const [only] = volumes;
  if (volumes.length === 1 && only !== undefined) {
    const covers = trans.__(
      'Covers all of %1, as it is on disk at that moment. Running kernels go on.',
      only.mountPath
    );
    return only.shared === null ? covers : `${covers} ${only.shared}`;
  }
  return trans.__(
    'One volume after the other: not one instant. Each as it is on disk at its moment. Running kernels go on.'
  );
}

interface IVolumeChoiceProps {
  readonly volumes: readonly Volume[];
  readonly choice: ISnapshotChoice;
  readonly change: (part: Partial<ISnapshotChoice>) => void;
  readonly language: ILanguage;
  readonly error: string | null;
}

function VolumeChoice({ volumes, choice, change, language, error }: IVolumeChoiceProps): React.ReactElement {
  const { trans } = language;
  return (
    <fieldset className="dm-choice">
      <legend>{choice.volumes.length > 1 ? trans.__('Volumes (not one instant)') : trans.__('Volumes')}</legend>
      {volumes.map(volume => {
        const able = volume.can.snapshot;
        return (
          <Option
            key={volume.id}
            label={volume.name}
            hint={volume.mountPath}
            off={able.available ? null : able.reason}
            checked={choice.volumes.some(one => one.id === volume.id)}
            onChange={checked => {
              // In the order of the list, whatever the order of the clicks.
              const chosen = new Set(choice.volumes.map(one => one.id));
              if (checked) {
                chosen.add(volume.id);
              } else {
                chosen.delete(volume.id);
              }
              change({ volumes: volumes.filter(one => chosen.has(one.id)) });
            }}
          />
        );
      })}
      <div className="dm-field-error" role="alert">
        {error}
      </div>
    </fieldset>
  );
}

/** Selects the offered title when the field is made, so that typing replaces it. */
const selectOnce = (field: HTMLInputElement | null): void => {
  field?.select();
};
