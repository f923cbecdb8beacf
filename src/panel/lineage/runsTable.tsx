/** Runs as a table: state, start, one metric, the data they name, the models they made. */
import { ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { aliasIcon, errorIcon, modelIcon, okIcon, pendingIcon, runIcon, snapshotIcon, warnIcon } from '../../icons';
import { snapshotLabel } from '../../dialogs/words';
import { UNKNOWN } from '../../model/format';
import type { SeenRun } from '../../model/runsLook';
import { webPage } from '../../model/webPage';
import { CommandIDs } from '../../tokens';
import { Button, IconButton } from '../button';
import { openMenuAt } from '../contextMenu';
import { run as runCommand, useEnvironment, useNow } from '../environment';
import { Icon } from '../icon';
import { menuOfSeen } from './lineageMenu';
import { fateLabel, fateWords, metricOf, runName, runState, versionName } from './lineageWords';

export interface RunsTableProps {
  readonly runs: readonly SeenRun[];
  readonly metric: string | null;
  readonly ticked: readonly string[];
  readonly onTick: (run: string) => void;
}

const MINUTE = 60_000;

/** The table. */
export function RunsTable({ runs, metric, ticked, onTick }: RunsTableProps): JSX.Element {
  const { trans, format, commands } = useEnvironment();
  const now = useNow(MINUTE);
  return (
    <div className="dm-lineage-table" tabIndex={0} role="region" aria-label={trans.__('Runs')}>
      <table>
        <thead>
          <tr>
            <td />
            <th>{trans.__('Run')}</th>
            <th>{trans.__('State')}</th>
            <th>{trans.__('Started')}</th>
            {metric === null ? null : <th className="is-number">{metric}</th>}
            <th>{trans.__('Data')}</th>
            <th>{trans.__('Model')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {runs.map(seen => {
            const { run } = seen;
            const value = metricOf(run, metric);
            const selected = ticked.includes(run.id);
            return (
              <tr key={run.id} className={selected ? 'is-selected' : ''}>
                <td>
                  <input
                    type="checkbox"
                    checked={selected}
                    aria-label={trans.__('Select %1', runName(run))}
                    onChange={() => onTick(run.id)}
                  />
                </td>
                <td>
                  <RunName seen={seen} />
                </td>
                <td>{runState(run, trans)}</td>
                <td title={run.startedAt === null ? '' : format.full(run.startedAt)}>
                  {run.startedAt === null ? UNKNOWN : format.agoAlone(run.startedAt, now)}
                </td>
                {metric === null ? null : (
                  <td className="is-number">{value === null ? UNKNOWN : format.figure(value)}</td>
                )}
                <td>
                  <DataOf seen={seen} />
                </td>
                <td>
                  <ModelsOf seen={seen} />
                </td>
                <td>
                  <IconButton
                    label={trans.__('More for %1', runName(run))}
                    icon={ellipsesIcon}
                    popup="menu"
                    onClick={event => openMenuAt(commands, menuOfSeen(seen), event.currentTarget)}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function RunName({ seen }: { readonly seen: SeenRun }): JSX.Element {
  const { trans } = useEnvironment();
  const { run } = seen;
  const page = webPage(run.link);
  const name = <bdi className="dm-trunc">{runName(run)}</bdi>;
  return (
    <span
      title={
        seen.nameOnly ? trans.__('Of a notebook of this file name; whether it is this one is not recorded.') : run.id
      }
    >
      {run.status === 'RUNNING' ? (
        <Icon icon={pendingIcon} className="dm-busy" />
      ) : run.status === 'FAILED' ? (
        <Icon icon={errorIcon} className="dm-bad" />
      ) : run.status === 'FINISHED' ? (
        <Icon icon={okIcon} className="dm-ok" />
      ) : (
        <Icon icon={runIcon} />
      )}
      {page === null ? (
        name
      ) : (
        <a href={page} target="_blank" rel="noopener noreferrer" className="dm-link">
          {name}
        </a>
      )}
      {seen.nameOnly ? <small className="dm-dim">{trans.__('same file name')}</small> : null}
    </span>
  );
}

function DataOf({ seen }: { readonly seen: SeenRun }): JSX.Element {
  const environment = useEnvironment();
  const { trans, model } = environment;
  if (seen.snapshots.length === 0) {
    return (
      <span className="dm-dim" title={trans.__('The run names no snapshot')}>
        {trans.__('not recorded')}
      </span>
    );
  }
  return (
    <>
      {seen.snapshots.map(one => {
        const { link, now } = one;
        const fate = fateLabel(now, trans);
        const words = `${link.volume}: ${link.snapshot}\n${fateWords(one, trans)}`;
        if (now.state !== 'exists') {
          const bad = now.state === 'gone' || now.state === 'other-uid';
          return (
            <span key={`${link.snapshot} ${link.uid ?? ''}`} title={words}>
              <Icon icon={bad ? warnIcon : snapshotIcon} className={bad ? 'dm-warn' : ''} />
              {fate}
            </span>
          );
        }
        const known = model.knownSnapshot(now.snapshot);
        return (
          <span key={link.uid} className="dm-chip" title={words}>
            <Icon icon={snapshotIcon} />
            <Button
              label={known === null ? now.snapshot : snapshotLabel(known)}
              look="link"
              className="dm-trunc"
              title={words}
              onClick={() => runCommand(environment, CommandIDs.showSnapshot, { snapshot: now.snapshot })}
            />
          </span>
        );
      })}
    </>
  );
}

function ModelsOf({ seen }: { readonly seen: SeenRun }): JSX.Element {
  const { versions } = seen.run;
  if (versions.length === 0) {
    return <>{UNKNOWN}</>;
  }
  return (
    <span>
      {versions.map(version => (
        <React.Fragment key={versionName(version)}>
          <span className="dm-chip">
            <Icon icon={modelIcon} />
            {versionName(version)}
          </span>
          {version.aliases.map(alias => (
            <span key={alias} className="dm-chip">
              <Icon icon={aliasIcon} />
              {alias}
            </span>
          ))}
        </React.Fragment>
      ))}
    </span>
  );
}
