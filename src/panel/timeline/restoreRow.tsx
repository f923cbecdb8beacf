/** A restore that has ended, as an event among the snapshots: what it was, and Undo while that is possible. */
import { ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Restore } from '../../../contract';
import { whyNotUndo } from '../../commands/reasons';
import { errorIcon, restoreIcon, undoIcon, warnIcon } from '../../icons';
import { itemsOf } from '../../model/listState';
import { undoUnderWay } from '../../model/restoresUnderWay';
import { CommandIDs } from '../../tokens';
import { Button, IconButton } from '../button';
import type { MenuEntry } from '../contextMenu';
import { run, useEnvironment, useNow } from '../environment';
import { Icon } from '../icon';
import { restoreFacts, restoreLabel, restoreRemarks, restoreSubtitle, restoreTitle } from './restoreEventWords';
import { RestoringMark } from './restoringMark';
import { restoringWord } from './restoringWord';
import { RowFrame, type RowPlace } from './rowFrame';

/** How often "12 min ago" is written anew, in ms. */
const MINUTE = 30_000;

/** What the ⋯ menu of a restore offers. */
export const restoreMenu = (restore: Restore): MenuEntry[] => [
  { command: CommandIDs.undoRestore, args: { restore: restore.id } }
];

/** A row of the timeline. */
export function RestoreRow({ restore, place }: { readonly restore: Restore; readonly place: RowPlace }): JSX.Element {
  const { trans, format, model } = useEnvironment();
  const now = useNow(MINUTE);
  const undoing = undoUnderWay(itemsOf(model.restores), restore.id);
  const at = restore.finishedAt ?? restore.createdAt;
  const subtitle = restoreSubtitle(restore);
  return (
    <RowFrame
      place={place}
      label={restoreLabel(restore, undoing, now, format, trans)}
      mark={undoing === null ? <RailMark phase={restore.phase} /> : <RestoringMark restore={undoing} />}
      title={restoreTitle(restore, now, format, trans)}
      time={undoing === null ? format.ago(at, now) : restoringWord(undoing, trans)}
      timeTitle={format.full(at)}
      oneLine={false}
    >
      <div className="dm-snap-sub" role="gridcell">
        <span className="dm-trunc" title={subtitle}>
          <bdi>{subtitle}</bdi>
        </span>
      </div>
      {place.opened ? <Details restore={restore} now={now} onMenu={place.onMenu} /> : null}
    </RowFrame>
  );
}

/** Clock arrow: done. The others did not change what they should have. */
function RailMark({ phase }: { readonly phase: Restore['phase'] }): JSX.Element {
  switch (phase) {
    case 'rolled-back':
      return <Icon icon={warnIcon} className="dm-warn" />;
    case 'failed':
      return <Icon icon={errorIcon} className="dm-bad" />;
    default:
      return <Icon icon={restoreIcon} />;
  }
}

interface DetailsProps {
  readonly restore: Restore;
  readonly now: Date;
  readonly onMenu: (anchor: Element) => void;
}

function Details({ restore, now, onMenu }: DetailsProps): JSX.Element {
  const { trans, format } = useEnvironment();
  return (
    <div className="dm-snap-more" role="gridcell" onClick={event => event.stopPropagation()}>
      <div className="dm-trunc dm-dim">
        <bdi>{restoreFacts(restore, now, format, trans)}</bdi>
      </div>
      {restoreRemarks(restore, trans).map(remark => (
        <div key={remark}>
          <bdi>{remark}</bdi>
        </div>
      ))}
      {restore.undo.possible ? (
        <div className="dm-actions">
          <UndoButton restore={restore} label={trans.__('Undo restore…')} />
          <IconButton
            label={trans.__('More actions for %1', restoreTitle(restore, now, format, trans))}
            icon={ellipsesIcon}
            popup="menu"
            tabIndex={-1}
            onClick={event => onMenu(event.currentTarget)}
          />
        </div>
      ) : null}
    </div>
  );
}

/** Asks for what a restore can be undone with; on the row of the restore and on that of its safety snapshot. */
export function UndoButton({ restore, label }: { readonly restore: Restore; readonly label: string }): JSX.Element {
  const environment = useEnvironment();
  return (
    <Button
      label={label}
      icon={undoIcon}
      tabIndex={-1}
      disabled={whyNotUndo(environment.model, restore.id, environment.trans)}
      onClick={() => run(environment, CommandIDs.undoRestore, { restore: restore.id })}
    />
  );
}
