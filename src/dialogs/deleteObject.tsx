/**
 * The dialog before something is deleted. It shows what the dry run says: what stands in the way, or what is lost.
 * The only red button of Datamark is here.
 */
import type { Clone, DeletePlan, Snapshot } from '../../contract';
import * as React from 'react';
import { warnIcon } from '../icons';
import { type ILanguage, momentWithYear } from './figures';
import { type IFace, askDialog } from './liveDialog';
import { Blockers, Field, Note } from './parts';
import { snapshotLabel } from './words';

/** What is to be deleted, in words. */
export interface IDeleteSubject {
  readonly label: string;
  readonly question: string;
  /** Where it belongs and from when it is. */
  readonly facts: string;
  readonly lossText: (lost: string | null) => string;
  /** Said in place of a loss of nothing. */
  readonly nothingLost: string;
}

export const snapshotSubject = (snapshot: Snapshot, { trans, format }: ILanguage): IDeleteSubject => ({
  label: snapshotLabel(snapshot),
  question: trans.__('Delete snapshot “%1”?', snapshotLabel(snapshot)),
  facts: trans.__('%1, %2.', snapshot.volumeName, momentWithYear(snapshot.createdAt, format)),
  lossText: lost =>
    lost === null
      ? trans.__('This can’t be undone. Files that only this snapshot holds are lost.')
      : trans.__('This can’t be undone. Files that only this snapshot holds are lost: %1.', lost),
  nothingLost: trans.__('This can’t be undone. No file is held by this snapshot alone.')
});

export const cloneSubject = (clone: Clone, { trans, format }: ILanguage): IDeleteSubject => ({
  label: clone.name,
  question: trans.__('Delete clone “%1”?', clone.name),
  facts: trans.__(
    '%1, made %2 from %3.',
    clone.path ?? clone.id,
    momentWithYear(clone.createdAt, format),
    clone.source.label
  ),
  lossText: lost =>
    lost === null
      ? trans.__('This can’t be undone. All files in the clone are lost, also those changed since.')
      : trans.__('This can’t be undone. All files in the clone are lost, also those changed since: %1.', lost),
  nothingLost: trans.__('This can’t be undone. The clone holds no data.')
});

/** Title and buttons for a plan and what was typed so far. */
export function deleteFace(subject: IDeleteSubject, plan: DeletePlan, typed: string, { trans }: ILanguage): IFace {
  const missing = plan.typeToConfirm !== null && typed !== plan.typeToConfirm;
  return {
    title: plan.allowed ? subject.question : trans.__('%1 can’t be deleted', subject.label),
    buttons: plan.allowed
      ? [
          { id: 'keep', label: trans.__('Cancel'), look: 'plain' },
          {
            id: 'delete',
            label: trans.__('Delete'),
            look: 'danger',
            off: missing ? trans.__('Type the title to delete it') : null
          }
        ]
      : [{ id: 'keep', label: trans.__('Keep it'), look: 'accept' }]
  };
}

/** Why the loss is not told as a number, or the number of bytes and files. */
export function lossNumbers(plan: DeletePlan, { trans, format }: ILanguage): string | null {
  if (!plan.lost.known) {
    return null;
  }
  const bytes = format.bytes(plan.lost.bytes);
  return plan.lostFiles === null
    ? bytes
    : trans._n('%3 in %2 file', '%3 in %2 files', plan.lostFiles, format.count(plan.lostFiles), bytes);
}

/** What is gone for ever; nothing, only where nothing was measured to be lost. */
export function lossText(subject: IDeleteSubject, plan: DeletePlan, language: ILanguage): string {
  const nothing = plan.lost.known && plan.lost.bytes === 0 && plan.lostFiles === 0;
  return nothing ? subject.nothingLost : subject.lossText(lossNumbers(plan, language));
}

/** True only if the plan allows it and the person pressed Delete. */
export async function askDelete(subject: IDeleteSubject, plan: DeletePlan, language: ILanguage): Promise<boolean> {
  const pressed = await askDialog({
    face: deleteFace(subject, plan, '', language),
    body: shown => (
      <Body
        subject={subject}
        plan={plan}
        language={language}
        onType={typed => {
          shown.present(deleteFace(subject, plan, typed, language));
        }}
      />
    ),
    focus: { button: 'keep' },
    enter: null
  });
  return pressed === 'delete' && plan.allowed;
}

interface IBodyProps {
  readonly subject: IDeleteSubject;
  readonly plan: DeletePlan;
  readonly language: ILanguage;
  readonly onType: (typed: string) => void;
}

function Body({ subject, plan, language, onType }: IBodyProps): React.ReactElement {
  const { trans } = language;
  const [typed, setTyped] = React.useState('');
  if (!plan.allowed) {
    return (
      <>
        <p>
          <bdi>{subject.facts}</bdi>
        </p>
        {plan.blockers.some(({ kind }) => kind === 'model-version') ? (
          <p>{trans.__('It is the data of a model that is in use. Without it that model can’t be reproduced.')}</p>
        ) : null}
        <Blockers blockers={plan.blockers} language={language} />
        {plan.warnings.map(warning => (
          <p key={warning}>{warning}</p>
        ))}
        <h4>{trans.__('To delete it anyway')}</h4>
        <p>{trans.__('Do what is said above, then try again.')}</p>
      </>
    );
  }
  return (
    <>
      <p>
        <bdi>{subject.facts}</bdi>
      </p>
      {plan.warnings.map(warning => (
        <Note key={warning} look="warn" icon={warnIcon}>
          {warning}
        </Note>
      ))}
      <Note look="warn" icon={warnIcon}>
        {lossText(subject, plan, language)}
        {plan.lost.known ? null : <span className="dm-dim"> {trans.__('How much: – %1', plan.lost.reason)}</span>}
      </Note>
      {plan.typeToConfirm === null ? null : (
        <Field
          id="dm-delete-title"
          label={
            plan.force === true
              ? trans.__('Type the title to delete it all the same')
              : trans.__('Type the title to delete it')
          }
          error={null}
        >
          <input
            id="dm-delete-title"
            className="dm-input"
            type="text"
            placeholder={plan.typeToConfirm}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={event => {
              setTyped(event.target.value);
              onType(event.target.value);
            }}
          />
        </Field>
      )}
    </>
  );
}
