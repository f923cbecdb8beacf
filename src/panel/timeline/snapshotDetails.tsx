/** What an open row shows below its lines: facts, note, what is missing, and actions. */
import { ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Restore, Snapshot } from '../../../contract';
import { whyNotSnapshot } from '../../commands/reasons';
import { warnIcon } from '../../icons';
import { CommandIDs } from '../../tokens';
import { Button, IconButton } from '../button';
import type { MenuEntry } from '../contextMenu';
import { run, useEnvironment } from '../environment';
import { Icon } from '../icon';
import type { KnownUse } from '../../model/lineageModel';
import { runName, versionName } from '../lineage/lineageWords';
import { UndoButton } from './restoreRow';
import { omissionWords } from './snapshotWords';

/** What the ⋯ menu of a snapshot offers. */
export function snapshotMenu(snapshot: Snapshot, undoes: Restore | null, lineage: boolean): MenuEntry[] {
  const args = { snapshot: snapshot.name };
  const failed = snapshot.state.phase === 'failed';
  return [
    ...(undoes === null ? [] : [{ command: CommandIDs.undoRestore, args: { restore: undoes.id } }]),
    ...(failed
      ? [{ command: CommandIDs.retrySnapshot, args }]
      : [
          { command: CommandIDs.restoreSnapshot, args },
          { command: CommandIDs.restoreFiles, args },
          { command: CommandIDs.cloneSnapshot, args }
        ]),
    'separator',
    { command: CommandIDs.renameSnapshot, args },
    { command: CommandIDs.editNote, args },
    { command: snapshot.heldUntil === null ? CommandIDs.holdSnapshot : CommandIDs.releaseSnapshot, args },
    { command: CommandIDs.copyName, args },
    ...(lineage && !failed
      ? [
          'separator' as const,
          { command: CommandIDs.showLineage, args },
          { command: CommandIDs.linkRun, args },
          { command: CommandIDs.pinSnapshot, args }
        ]
      : []),
    'separator',
    { command: CommandIDs.deleteSnapshot, args }
  ];
}

/** Details of an open row. */
export function SnapshotDetails({
  snapshot,
  undoes,
  onMenu
}: {
  snapshot: Snapshot;
  /** The restore that can be undone with it. */
  undoes: Restore | null;
  onMenu: (anchor: Element) => void;
}): JSX.Element {
  const environment = useEnvironment();
  const { trans, format, model, lineage } = environment;
  const use = lineage.useOf(snapshot)?.found ?? null;
  const { state } = snapshot;
  const own = snapshot.ownData.known ? trans.__('own data %1', format.size(snapshot.ownData)) : trans.__('own data –');
  const facts = [
    format.clockSeconds(snapshot.createdAt),
    snapshot.createdBy === null ? null : trans.__('by %1', snapshot.createdBy),
    state.phase === 'ready' ? own : null
  ].filter(part => part !== null);
  const action = (label: string, command: string, verb: 'restore' | 'clone') => (
    <Button
      label={label}
      tabIndex={-1}
      disabled={whyNotSnapshot(model, verb, snapshot.name, trans)}
      onClick={() => run(environment, command, { snapshot: snapshot.name })}
    />
  );
  return (
    <div className="dm-snap-more" role="gridcell" onClick={event => event.stopPropagation()}>
      <div
        className="dm-trunc dm-dim"
        title={snapshot.ownData.known ? facts.join(' · ') : trans.__('Own data unknown: %1', snapshot.ownData.reason)}
      >
        <bdi>{facts.join(' · ')}</bdi>
      </div>
      {state.phase === 'pending' || state.phase === 'deleting' ? <div>{state.message}</div> : null}
      {state.phase === 'failed' ? <div>{state.problem.next}</div> : null}
      {snapshot.note === '' ? null : (
        <div className="dm-clamp" title={snapshot.note}>
          <bdi>{snapshot.note}</bdi>
        </div>
      )}
      {use === null ? null : <RunsLine use={use} />}
      {snapshot.omissions.map(omission => (
        <div key={omission.reason} className="dm-reason" title={omission.examples.join('\n')}>
          <Icon icon={warnIcon} className="dm-warn dm-icon-s" />
          <span>{omissionWords(omission, trans)}</span>
        </div>
      ))}
      <div className="dm-actions">
        {state.phase === 'failed' ? (
          <Button
            label={trans.__('Retry')}
            tabIndex={-1}
            onClick={() => run(environment, CommandIDs.retrySnapshot, { snapshot: snapshot.name })}
          />
        ) : (
          <>
            {undoes === null ? (
              action(trans.__('Restore…'), CommandIDs.restoreSnapshot, 'restore')
            ) : (
              <UndoButton restore={undoes} label={trans.__('Undo…')} />
            )}
            {action(trans.__('Clone…'), CommandIDs.cloneSnapshot, 'clone')}
          </>
        )}
        <IconButton
          label={trans.__('More: Copy files back, Hold, Rename, Note, Copy name, Delete…')}
          icon={ellipsesIcon}
          popup="menu"
          tabIndex={-1}
          onClick={event => onMenu(event.currentTarget)}
        />
      </div>
    </div>
  );
}

/** "sweep-12, sweep-11, sweep-9 · churn v7 @champion" */
function RunsLine({ use }: { readonly use: KnownUse }): JSX.Element {
  const { trans } = useEnvironment();
  const words = [
    trans.__('Runs: %1', use.runs.map(({ run }) => runName(run)).join(', ')),
    ...use.runs
      .flatMap(({ run }) => run.versions)
      .map(version => [versionName(version), ...version.aliases.map(alias => `@${alias}`)].join(' '))
  ].join(' · ');
  return (
    <div className="dm-clamp" title={words}>
      <bdi>{words}</bdi>
    </div>
  );
}
