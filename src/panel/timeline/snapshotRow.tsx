/** One snapshot in the timeline: a line or two, and its details and actions while it is open. */
import * as React from 'react';
import type { Restore, Snapshot } from '../../../contract';
import { snapshotLabel } from '../../dialogs/words';
import { errorIcon, holdIcon, notebookIcon, pendingIcon, safetyIcon, updateIcon, warnIcon } from '../../icons';
import { itemsOf } from '../../model/listState';
import { restoreTo } from '../../model/restoresUnderWay';
import { CommandIDs } from '../../tokens';
import { Button } from '../button';
import { run, useEnvironment, useNow } from '../environment';
import { Icon } from '../icon';
import { usageWords } from '../lineage/lineageWords';
import { undoableBy } from './restoreEventWords';
import { RestoringMark } from './restoringMark';
import { restoringWord } from './restoringWord';
import { RowFrame, type RowPlace } from './rowFrame';
import { RunChips } from './runChips';
import { SnapshotDetails } from './snapshotDetails';
import { fileNameOf, heldWords, isHeld, rowLabel, secondLine } from './snapshotWords';

/** How often "12 min ago" and "creating, 42 s" are written anew, in ms. */
const MINUTE = 30_000;
const SECOND = 1_000;

/** A row of the timeline. */
export function SnapshotRow({
  snapshot,
  place
}: {
  readonly snapshot: Snapshot;
  readonly place: RowPlace;
}): JSX.Element {
  const environment = useEnvironment();
  const { trans, format, model, lineage } = environment;
  const { state } = snapshot;
  const use = lineage.useOf(snapshot);
  const now = useNow(MINUTE);
  const held = isHeld(snapshot, now);
  const restores = itemsOf(model.restores);
  const undoes = snapshot.origin === 'safety' ? undoableBy(snapshot.name, restores) : null;
  const restoring = restoreTo(restores, snapshot.name);
  const line = secondLine(snapshot, undoes !== null, trans);
  const marked =
    held || snapshot.origin === 'safety' || snapshot.origin === 'auto' || snapshot.omissions.length > 0 || use !== null;
  const failed = state.phase === 'failed';
  return (
    <RowFrame
      place={place}
      label={[
        rowLabel(snapshot, restoring, now, format, trans),
        ...(use === null ? [] : [usageWords(use, format, trans)])
      ].join(', ')}
      mark={<RailMark snapshot={snapshot} restoring={restoring} />}
      title={snapshotLabel(snapshot)}
      time={
        restoring !== null ? (
          restoringWord(restoring, trans)
        ) : state.phase === 'pending' || state.phase === 'deleting' ? (
          <Elapsed since={state.since} deleting={state.phase === 'deleting'} />
        ) : (
          format.ago(snapshot.createdAt, now)
        )
      }
      timeTitle={
        state.phase === 'pending' || state.phase === 'deleting'
          ? trans.__('Started %1', format.full(state.since))
          : format.full(snapshot.createdAt)
      }
      oneLine={!failed && line === null && !marked}
    >
      {failed ? (
        <div className="dm-snap-msg" role="gridcell">
          <span className={place.opened ? 'dm-whole' : 'dm-clamp'} title={state.problem.detail}>
            {trans.__('Not created: %1', state.problem.detail)}
          </span>{' '}
          <Button
            label={trans.__('Retry')}
            look="link"
            tabIndex={-1}
            onClick={() => run(environment, CommandIDs.retrySnapshot, { snapshot: snapshot.name })}
          />
          {' · '}
          <Button label={trans.__('Details')} look="link" tabIndex={-1} onClick={place.onToggle} />
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
            {use === null ? null : <RunChips use={use} />}
          </span>
        </div>
      ) : null}
      {place.opened ? <SnapshotDetails snapshot={snapshot} undoes={undoes} onMenu={place.onMenu} /> : null}
    </RowFrame>
  );
}

/** Full dot: titled. Ring: automatic or foreign. Shield: safety. Otherwise what is going on. */
function RailMark({ snapshot, restoring }: { snapshot: Snapshot; restoring: Restore | null }): JSX.Element {
  if (restoring !== null) {
    return <RestoringMark restore={restoring} />;
  }
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

/** "creating, 42 s", counted while the panel is visible. */
function Elapsed({ since, deleting }: { since: string; deleting: boolean }): JSX.Element {
  const { trans, format } = useEnvironment();
  const elapsed = format.duration(useNow(SECOND).getTime() - Date.parse(since));
  return <>{deleting ? trans.__('deleting, %1', elapsed) : trans.__('creating, %1', elapsed)}</>;
}
