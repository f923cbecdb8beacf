/** One snapshot in the timeline: a line or two, and its details and actions while it is open. */
import * as React from 'react';
import type { Snapshot } from '../../../contract';
import { snapshotLabel } from '../../dialogs/words';
import { errorIcon, holdIcon, notebookIcon, pendingIcon, safetyIcon, updateIcon, warnIcon } from '../../icons';
import { CommandIDs } from '../../tokens';
import { Button } from '../button';
import { run, useEnvironment, useNow } from '../environment';
import { Icon } from '../icon';
import { SnapshotDetails } from './snapshotDetails';
import { fileNameOf, heldWords, isHeld, rowLabel, secondLine } from './snapshotWords';

/** How often "12 min ago" and "creating, 42 s" are written anew, in ms. */
const MINUTE = 30_000;
const SECOND = 1_000;

export interface SnapshotRowProps {
  readonly snapshot: Snapshot;
  readonly id: string;
  /** 1-based, among all rows. */
  readonly position: number;
  readonly opened: boolean;
  readonly active: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onToggle: () => void;
  readonly onMenu: (anchor: Element) => void;
}

/** A row of the timeline. */
export function SnapshotRow(props: SnapshotRowProps): JSX.Element {
  const { snapshot, id, position, opened, active, isFirst, isLast, onToggle, onMenu } = props;
  const environment = useEnvironment();
  const { trans, format } = environment;
  const { state } = snapshot;
  const now = useNow(MINUTE);
  const held = isHeld(snapshot, now);
  const line = secondLine(snapshot, trans);
  const marked = held || snapshot.origin === 'safety' || snapshot.origin === 'auto' || snapshot.omissions.length > 0;
  const label = snapshotLabel(snapshot);
  const failed = state.phase === 'failed';
  const two = failed || line !== null || marked;
  return (
    <div
      className={`dm-snap${two || opened ? '' : ' is-one'}${opened ? ' is-selected' : ''}${active ? ' is-active' : ''}`}
      role="row"
      id={id}
      aria-selected={opened}
      aria-rowindex={position}
      aria-label={rowLabel(snapshot, now, format, trans)}
      onClick={onToggle}
      onContextMenu={event => {
        event.preventDefault();
        event.stopPropagation();
        onMenu(event.currentTarget);
      }}
    >
      <div className={`dm-rail${isFirst ? ' is-first' : ''}${isLast ? ' is-last' : ''}`} role="gridcell">
        <RailMark snapshot={snapshot} />
      </div>
      <div className="dm-snap-title" role="gridcell">
        <span className="dm-trunc" title={label}>
          <bdi>{label}</bdi>
        </span>
      </div>
      <Time snapshot={snapshot} now={now} />
      {failed ? (
        <div className="dm-snap-msg" role="gridcell">
          {trans.__('Not created: %1', state.problem.detail)}{' '}
          <Button
            label={trans.__('Retry')}
            look="link"
            tabIndex={-1}
            onClick={() => run(environment, CommandIDs.retrySnapshot, { snapshot: snapshot.name })}
          />
          {' · '}
          <Button label={trans.__('Details')} look="link" tabIndex={-1} onClick={onToggle} />
        </div>
      ) : line !== null || marked ? (
        <div className="dm-snap-sub" role="gridcell">
          {line === null ? null : 'notebook' in line ? (
            <>
              <Icon icon={notebookIcon} className="dm-icon-s" />
              <span className="dm-trunc" title={line.notebook}>
                <bdi>{fileNameOf(line.notebook)}</bdi>
              </span>
            </>
          ) : (
            <span className="dm-trunc" title={line.words}>
              <bdi>{line.words}</bdi>
            </span>
          )}
          <span className="dm-chips">
            {snapshot.omissions.length > 0 ? (
              <span className="dm-chip" title={trans.__('Not everything could be taken as it was: open the row')}>
                <Icon icon={warnIcon} className="dm-warn" />
                <span className="dm-trunc is-word">{trans.__('Incomplete')}</span>
              </span>
            ) : null}
            {held && snapshot.origin !== 'safety' ? (
              <span className="dm-chip" title={heldWords(snapshot, format, trans)}>
                <Icon icon={holdIcon} />
                <span className="dm-trunc is-word">{trans.__('Held')}</span>
              </span>
            ) : null}
            {snapshot.origin === 'safety' ? (
              <span
                className="dm-chip"
                title={trans.__('Safety snapshot: taken before a restore, so that it can be undone')}
              >
                <Icon icon={safetyIcon} />
                <span className="dm-trunc is-word">{trans.__('Safety')}</span>
              </span>
            ) : null}
            {snapshot.origin === 'auto' ? (
              <span className="dm-chip" title={trans.__('Made automatically, not by a person')}>
                <Icon icon={updateIcon} />
                <span className="dm-trunc is-word">{trans.__('auto')}</span>
              </span>
            ) : null}
          </span>
        </div>
      ) : null}
      {opened ? <SnapshotDetails snapshot={snapshot} onMenu={onMenu} /> : null}
    </div>
  );
}

/** Full dot: titled. Ring: automatic or foreign. Shield: safety. Otherwise what is going on. */
function RailMark({ snapshot }: { snapshot: Snapshot }): JSX.Element {
  switch (snapshot.state.phase) {
    case 'pending':
    case 'deleting':
      return <Icon icon={pendingIcon} className="dm-busy dm-spin" />;
    case 'failed':
      return <Icon icon={errorIcon} className="dm-bad" />;
    case 'ready':
      break;
  }
  if (snapshot.origin === 'safety') {
    return <Icon icon={safetyIcon} />;
  }
  return <span className={`dm-node${snapshot.title !== null && snapshot.origin === 'datamark' ? ' is-full' : ''}`} />;
}

function Time({ snapshot, now }: { snapshot: Snapshot; now: Date }): JSX.Element {
  const { trans, format } = useEnvironment();
  const { state } = snapshot;
  if (state.phase === 'pending' || state.phase === 'deleting') {
    return (
      <span className="dm-time" role="gridcell" title={trans.__('Started %1', format.full(state.since))}>
        <Elapsed since={state.since} deleting={state.phase === 'deleting'} />
      </span>
    );
  }
  return (
    <span className="dm-time" role="gridcell" title={format.full(snapshot.createdAt)}>
      {format.ago(snapshot.createdAt, now)}
    </span>
  );
}

/** "creating, 42 s", counted while the panel is visible. */
function Elapsed({ since, deleting }: { since: string; deleting: boolean }): JSX.Element {
  const { trans, format } = useEnvironment();
  const elapsed = format.duration(useNow(SECOND).getTime() - Date.parse(since));
  return <>{deleting ? trans.__('deleting, %1', elapsed) : trans.__('creating, %1', elapsed)}</>;
}
