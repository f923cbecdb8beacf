/** One row of the section Lineage. */
import { ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { snapshotLabel } from '../../dialogs/words';
import {
  aliasIcon,
  cloneIcon,
  errorIcon,
  modelIcon,
  openIcon,
  pendingIcon,
  runIcon,
  snapshotIcon,
  volumeIcon,
  warnIcon
} from '../../icons';
import { IconButton } from '../button';
import { openMenuAt } from '../contextMenu';
import { useEnvironment } from '../environment';
import type { GridPlace } from '../objectGrid';
import { Icon } from '../icon';
import { lineageMenu } from './lineageMenu';
import { webPage } from '../../model/webPage';
import type { LineageItem } from './lineageTree';
import { fateLabel, fateWords, metricOf, runName, runState, versionName } from './lineageWords';

export interface LineageRowProps extends GridPlace {
  readonly item: LineageItem;
  /** The metric that is shown beside runs. */
  readonly metric: string | null;
  readonly onActive: () => void;
}

/** The row. */
export function LineageRow({ item, id, active, metric, onActive }: LineageRowProps): JSX.Element {
  const { trans, commands } = useEnvironment();
  const { icon, mark, name, title, end, label } = usePieces(item, metric);
  const page = item.kind === 'run' ? webPage(item.seen.run.link) : null;
  const entries = lineageMenu(item);
  return (
    <div
      className={`dm-lineage-row${active ? ' is-active' : ''}${item.kind === 'snapshot' ? ' is-strong' : ''}`}
      role="row"
      id={id}
      aria-label={label}
      style={{ '--dm-level': item.level } as React.CSSProperties}
      onClick={onActive}
      onContextMenu={event => {
        event.preventDefault();
        event.stopPropagation();
        onActive();
        openMenuAt(commands, entries, event.currentTarget);
      }}
    >
      <Icon icon={icon} className={mark} />
      <span className="dm-trunc" role="gridcell" title={title}>
        <bdi>{name}</bdi>
      </span>
      <span className="dm-lineage-end" role="gridcell">
        {end}
        {page === null ? null : (
          <a
            className="dm-ib"
            href={page}
            target="_blank"
            rel="noopener noreferrer"
            tabIndex={-1}
            aria-label={trans.__('Open %1 in MLflow', name)}
            title={trans.__('Open %1 in MLflow', name)}
          >
            <Icon icon={openIcon} />
          </a>
        )}
        {active && entries.length > 0 ? (
          <IconButton
            label={trans.__('More for %1', name)}
            icon={ellipsesIcon}
            popup="menu"
            tabIndex={-1}
            onClick={event => openMenuAt(commands, entries, event.currentTarget)}
          />
        ) : null}
      </span>
    </div>
  );
}

interface Pieces {
  readonly icon: typeof runIcon;
  readonly mark: string;
  readonly name: string;
  readonly title: string;
  readonly end: React.ReactNode;
  /** The whole row for a screen reader. */
  readonly label: string;
}

function usePieces(item: LineageItem, metric: string | null): Pieces {
  const { trans, format } = useEnvironment();
  const plain = (icon: Pieces['icon'], name: string, word: string): Pieces => ({
    ...{ icon, name, mark: '', title: name },
    end: <small>{word}</small>,
    label: `${name}, ${word}`
  });
  switch (item.kind) {
    case 'volume':
      return plain(volumeIcon, item.volume.name, trans.__('volume'));
    case 'snapshot':
      return plain(snapshotIcon, snapshotLabel(item.snapshot), trans.__('snapshot'));
    case 'clone':
      return plain(cloneIcon, item.clone.name, trans.__('clone'));
    case 'link': {
      const word = fateLabel(item.now, trans) ?? trans.__('snapshot');
      const gone = item.now.state === 'gone' || item.now.state === 'other-uid';
      return {
        ...plain(gone ? warnIcon : snapshotIcon, item.link.snapshot, word),
        mark: gone ? 'dm-warn' : '',
        title: fateWords(item, trans)
      };
    }
    case 'run': {
      const { run } = item.seen;
      const value = metricOf(run, metric);
      const state = runState(run, trans);
      const doubt = item.seen.snapshots.find(({ now }) => now.state === 'same-names');
      const word =
        run.status !== 'FINISHED' || run.deleted || value === null || metric === null
          ? state
          : `${metric} ${format.figure(value)}`;
      return {
        ...plain(
          run.status === 'FAILED' ? errorIcon : run.status === 'RUNNING' ? pendingIcon : runIcon,
          runName(run),
          word
        ),
        mark: run.status === 'FAILED' ? 'dm-bad' : doubt !== undefined ? 'dm-warn' : '',
        title: [runName(run), ...item.seen.snapshots.map(one => `${one.link.volume}: ${fateWords(one, trans)}`)].join(
          '\n'
        ),
        label: [runName(run), trans.__('run'), state, word === state ? null : word]
          .filter(part => part !== null)
          .join(', ')
      };
    }
    case 'version': {
      const { version } = item;
      const name = versionName(version);
      return {
        ...plain(modelIcon, name, trans.__('model version')),
        end: (
          <span className="dm-chips">
            {version.aliases.map(alias => (
              <span key={alias} className="dm-chip" title={trans.__('Alias %1', alias)}>
                <Icon icon={aliasIcon} />
                <span className="dm-trunc">{alias}</span>
              </span>
            ))}
          </span>
        ),
        label: [name, trans.__('model version'), ...version.aliases.map(alias => trans.__('alias %1', alias))].join(
          ', '
        )
      };
    }
  }
}
