/** The dialog that asks which run used a snapshot, and how sure that is. */
import * as React from 'react';
import type { Relation, Snapshot } from '../../contract';
import type { RunsLook } from '../model/runsLook';
import { useSignal } from '../panel/environment';
import type { ILanguage } from './figures';
import { askDialog } from './liveDialog';
import { pickableRuns, pickedRun } from './pickedRun';
import { RunPicker } from './runPicker';
import { snapshotLabel } from './words';

/** What the person said. */
export interface RunChoice {
  readonly run: string;
  readonly relation: Relation;
}

/** `looks`: where the runs to choose from are; they are watched while the dialog is open. null: cancelled. */
export async function askRun(
  snapshot: Snapshot,
  looks: readonly [RunsLook, RunsLook],
  language: ILanguage
): Promise<RunChoice | null> {
  const { trans } = language;
  const answer: { text: string; relation: Relation } = { text: '', relation: 'before-run' };
  const picked = () => pickedRun(answer.text, pickableRuns(looks).seen);
  const face = () => ({
    title: trans.__('Link “%1” to a run', snapshotLabel(snapshot)),
    buttons: [
      { id: 'cancel', label: trans.__('Cancel'), look: 'plain' as const },
      {
        id: 'link',
        label: trans.__('Link'),
        look: 'accept' as const,
        off: picked().state === 'run' ? null : trans.__('Choose a run, or give its id or the address of its page.')
      }
    ]
  });
  const pressed = await askDialog({
    face: face(),
    body: shown => (
      <Body
        snapshot={snapshot}
        looks={looks}
        language={language}
        onChange={(text, relation) => {
          Object.assign(answer, { text, relation });
          shown.present(face());
        }}
      />
    ),
    focus: { field: 'input' },
    enter: 'link'
  });
  const run = picked();
  return pressed === 'link' && run.state === 'run' ? { run: run.id, relation: answer.relation } : null;
}

interface BodyProps {
  readonly snapshot: Snapshot;
  readonly looks: readonly [RunsLook, RunsLook];
  readonly language: ILanguage;
  readonly onChange: (text: string, relation: Relation) => void;
}

function Body({ snapshot, looks, language, onChange }: BodyProps): React.ReactElement {
  const { trans } = language;
  const [text, setText] = React.useState('');
  const [relation, setRelation] = React.useState<Relation>('before-run');
  useSignal(looks[0].changed);
  useSignal(looks[1].changed);
  React.useEffect(() => {
    const watched = looks.map(look => look.watch());
    return () => watched.forEach(one => one.dispose());
  }, [looks]);
  const runs = pickableRuns(looks);
  // What is meant may depend on runs that were told meanwhile.
  React.useEffect(() => onChange(text, relation), [text, relation, runs.seen.length]);
  const choice = (value: Relation, label: string) => (
    <label className="dm-opt">
      <input type="radio" name="dm-relation" checked={relation === value} onChange={() => setRelation(value)} />
      <span>{label}</span>
    </label>
  );
  return (
    <>
      <RunPicker runs={runs} uid={snapshot.uid} language={language} text={text} onText={setText} />
      <fieldset className="dm-choice">
        <legend>{trans.__('What the run read')}</legend>
        {choice('before-run', trans.__('The volume itself; the snapshot was made before'))}
        {choice('exact', trans.__('This snapshot, or a clone of it'))}
      </fieldset>
    </>
  );
}
