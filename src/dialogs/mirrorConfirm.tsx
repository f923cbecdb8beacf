/** The dialog before a mirror is promoted or replicates again: what follows from it, and the name of the volume, typed. */
import * as React from 'react';
import type { Mirror } from '../../contract';
import { warnIcon } from '../icons';
import { ageWords, stateWords } from '../panel/ingest/mirrorWords';
import type { ILanguage } from './figures';
import { askDialog, type IFace } from './liveDialog';
import { Field, Note } from './parts';

export type MirrorChange = 'promote' | 'resync';

/** Title and buttons for what was typed so far. */
export function confirmFace({ volumeName }: Mirror, verb: MirrorChange, typed: string, { trans }: ILanguage): IFace {
  const off = typed === volumeName ? null : trans.__('Type the name of the volume first.');
  return {
    title:
      verb === 'promote'
        ? trans.__('Promote the mirror of %1?', volumeName)
        : trans.__('Replicate into %1 again?', volumeName),
    buttons: [
      { id: 'cancel', label: trans.__('Cancel'), look: 'plain' },
      verb === 'promote'
        ? { id: 'go', label: trans.__('Promote'), look: 'accept', off }
        : { id: 'go', label: trans.__('Overwrite and resync'), look: 'danger', off }
    ]
  };
}

/** What follows, the worst first. */
export function consequences(mirror: Mirror, verb: MirrorChange, now: Date, language: ILanguage): readonly string[] {
  const { trans, format } = language;
  const { volumeName, from } = mirror;
  const source = from ?? trans.__('the source');
  if (verb === 'resync') {
    return [
      trans.__('Everything written to %1 since it was promoted is overwritten and lost.', volumeName),
      trans.__('Programs that read it, also those of others, then read what %1 holds.', source),
      trans.__('%1 can’t be written to any more.', volumeName),
      trans.__('To keep what was written, make a snapshot or a clone first.')
    ];
  }
  const age = mirror.data.known
    ? trans.__('What has arrived stays: %1.', ageWords(mirror, now, format, trans))
    : trans.__('What has arrived stays; how old it is, is not known: %1', mirror.data.reason);
  return [
    trans.__(
      'Replication from %1 stops, for everybody who reads %2. Nothing new arrives any more.',
      source,
      volumeName
    ),
    age,
    trans.__('%1 becomes writable. A later resync overwrites what was written by then.', volumeName),
    trans.__('To train on a fixed version, no promotion is needed: see “Train on This Version…”.')
  ];
}

/** The name as it was typed, or null: cancelled. */
export async function askConfirmMirror(
  mirror: Mirror,
  verb: MirrorChange,
  serverTime: Date,
  language: ILanguage
): Promise<string | null> {
  const answer = { typed: '' };
  const pressed = await askDialog({
    face: confirmFace(mirror, verb, '', language),
    body: shown => (
      <Body
        mirror={mirror}
        lines={consequences(mirror, verb, serverTime, language)}
        language={language}
        onType={typed => {
          answer.typed = typed;
          shown.present(confirmFace(mirror, verb, typed, language));
        }}
      />
    ),
    focus: { button: 'cancel' },
    enter: null
  });
  return pressed === 'go' && answer.typed === mirror.volumeName ? answer.typed : null;
}

interface BodyProps {
  readonly mirror: Mirror;
  readonly lines: readonly string[];
  readonly language: ILanguage;
  readonly onType: (typed: string) => void;
}

function Body({ mirror, lines, language, onType }: BodyProps): React.ReactElement {
  const { trans } = language;
  const [typed, setTyped] = React.useState('');
  const [first = '', ...others] = lines;
  return (
    <>
      <p>
        <bdi>{[mirror.from ?? '–', mirror.to ?? '–'].join(' → ')}</bdi> · {stateWords(mirror, trans)}
      </p>
      <Note look="warn" icon={warnIcon}>
        <bdi>{first}</bdi>
      </Note>
      <ul className="dm-consequences">
        {others.map(line => (
          <li key={line}>
            <bdi>{line}</bdi>
          </li>
        ))}
      </ul>
      {mirror.hint === null ? null : <p>{mirror.hint}</p>}
      <Field id="dm-mirror-volume" label={trans.__('Type the name of the volume, %1', mirror.volumeName)} error={null}>
        <input
          id="dm-mirror-volume"
          className="dm-input"
          type="text"
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={event => {
            setTyped(event.target.value);
            onType(event.target.value);
          }}
        />
      </Field>
    </>
  );
}
