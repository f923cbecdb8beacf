/** Lineage: what the open snapshot is the data of, or the newest runs of the selected volume. It asks MLflow only while it is open. */
import * as React from 'react';
import { openedSnapshot } from '../../commands/openRow';
import { snapshotLabel } from '../../dialogs/words';
import { openIcon, updateIcon } from '../../icons';
import { itemsOf } from '../../model/listState';
import type { LineageSubject } from '../../model/lineageModel';
import type { FoundRuns, RunsLook } from '../../model/runsLook';
import { CommandIDs } from '../../tokens';
import { Button, IconButton } from '../button';
import { run, useEnvironment, useNow } from '../environment';
import { ObjectGrid } from '../objectGrid';
import { Section } from '../section';
import { lineageKey, lineageMenu } from './lineageMenu';
import { LineageRow } from './lineageRow';
import { LineageState } from './lineageState';
import { type LineageItem, treeOfSnapshot, treeOfVolume } from './lineageTree';
import { foundWords, sharedMetric, usageWords } from './lineageWords';
import { PinLine } from './pinLine';
import { useRuns } from './useRuns';

/** How many runs the section shows; the tab shows all that were read. */
const MOST_RUNS = 20;
const SECOND = 1_000;

/** The section. */
export function LineageSection(): JSX.Element | null {
  const environment = useEnvironment();
  const { trans, format, model, lineage, state } = environment;
  const volume = model.selectedVolume;
  if (volume === null) {
    return null;
  }
  const name = openedSnapshot(model);
  const snapshot = name === null ? null : model.knownSnapshot(name);
  const subject: LineageSubject =
    snapshot === null ? { kind: 'volume', id: volume.id } : { kind: 'snapshot', name: snapshot.name };
  const use = snapshot === null ? null : lineage.useOf(snapshot);
  const args = snapshot === null ? { volume: volume.id } : { snapshot: snapshot.name };
  return (
    <Section
      name="lineage"
      title={trans.__('Lineage')}
      grow={false}
      summary={state.isOpen('lineage') || use === null ? null : usageWords(use, format, trans)}
      toolbar={
        <>
          <IconButton
            label={trans.__('Ask MLflow again')}
            icon={updateIcon}
            onClick={() => void lineage.of(subject).look()}
          />
          <IconButton
            label={trans.__('Open lineage in the main area')}
            icon={openIcon}
            onClick={() => run(environment, CommandIDs.showLineage, args)}
          />
        </>
      }
    >
      <LineageBody key={JSON.stringify(subject)} subject={subject} />
    </Section>
  );
}

function LineageBody({ subject }: { readonly subject: LineageSubject }): JSX.Element {
  const look = useRuns(subject);
  return (
    <>
      <PinLine />
      <LineageState look={look}>{found => <LineageTree subject={subject} look={look} found={found} />}</LineageState>
    </>
  );
}

interface LineageTreeProps {
  readonly subject: LineageSubject;
  readonly look: RunsLook;
  readonly found: FoundRuns;
}

function LineageTree({ subject, look, found }: LineageTreeProps): JSX.Element | null {
  const environment = useEnvironment();
  const { trans, format, model } = environment;
  const now = useNow(SECOND);
  const [moved, setMoved] = React.useState<string | null>(null);
  const volume = model.selectedVolume;
  const snapshot = subject.kind === 'snapshot' ? model.knownSnapshot(subject.name) : null;
  if (volume === null) {
    return null;
  }
  const tree =
    snapshot === null
      ? treeOfVolume(volume, found.runs, name => model.knownSnapshot(name), MOST_RUNS)
      : treeOfSnapshot(volume, snapshot, found.runs, itemsOf(model.clones), MOST_RUNS);
  const of = snapshot === null ? volume.name : snapshotLabel(snapshot);
  const metric = sharedMetric(found.runs);
  const args = snapshot === null ? { volume: volume.id } : { snapshot: snapshot.name };
  const onKey = (key: string, item: LineageItem): boolean => {
    const entry = lineageKey(key, item);
    if (entry !== null) {
      run(environment, entry.command, entry.args);
    }
    return entry !== null;
  };
  return (
    <div className="dm-section-body dm-lineage">
      {tree.runs === 0 ? (
        <p className="dm-none">
          {trans.__('No run that you may read names %1.', of)}{' '}
          {trans.__('Runs in a %1 cell, or after %2, are tagged.', '%%snapshot', '%datamark pin')}
        </p>
      ) : null}
      <ObjectGrid
        label={trans.__('Lineage of %1', of)}
        rowPrefix="dm-lineage-"
        items={tree.items}
        active={moved}
        onActive={setMoved}
        menu={lineageMenu}
        onKey={onKey}
      >
        {(item, place) => <LineageRow {...place} item={item} metric={metric} onActive={() => setMoved(item.id)} />}
      </ObjectGrid>
      <div className="dm-lineage-foot">
        <span>
          {look.content.state === 'loading'
            ? trans.__('Asking MLflow…')
            : foundWords(tree.runs, found, now, format, trans)}
        </span>
        {tree.runs < found.total ? (
          <Button
            label={trans.__('Show more')}
            look="link"
            onClick={() => run(environment, CommandIDs.showLineage, args)}
          />
        ) : null}
      </div>
    </div>
  );
}
