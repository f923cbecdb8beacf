/** One mirror: where the data comes from, how old it is, whether replication is healthy or why not, and what can be done. */
import { ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Mirror } from '../../../contract';
import { warnIcon } from '../../icons';
import { isOver } from '../../model/whenUpdated';
import { CommandIDs } from '../../tokens';
import { Button, IconButton } from '../button';
import { openMenuAt } from '../contextMenu';
import { run, useEnvironment } from '../environment';
import { Icon } from '../icon';
import type { GridPlace } from '../objectGrid';
import { MirrorDetails } from './mirrorDetails';
import { markOf } from './mirrorMark';
import { mirrorMenu } from './mirrorMenu';
import { refusalHeading, stateWords } from './mirrorWords';
import { rowWords } from './rowWords';
import { Sparkline } from './sparkline';

export interface MirrorRowProps extends GridPlace {
  readonly mirror: Mirror;
  /** The server’s clock. */
  readonly now: Date;
  readonly onActive: () => void;
}

/** The row. */
export function MirrorRow({ mirror, now, id, active, onActive }: MirrorRowProps): JSX.Element {
  const { trans, format, commands } = useEnvironment();
  const { icon, className } = markOf(mirror);
  const { volumeName, from, data, health, hint } = mirror;
  const { ends, age, late, reasons, condition, good, running, all } = rowWords(mirror, now, format, trans);
  return (
    <div
      className={`dm-row dm-mirror${active ? ' is-active' : ''}`}
      role="row"
      id={id}
      aria-label={all}
      onClick={onActive}
      onContextMenu={event => {
        event.preventDefault();
        event.stopPropagation();
        onActive();
        openMenuAt(commands, mirrorMenu(mirror), event.currentTarget);
      }}
    >
      <Icon icon={icon} className={className} />
      <span className="dm-trunc" role="gridcell" title={volumeName}>
        <bdi>{volumeName}</bdi>
      </span>
      <Actions mirror={mirror} />
      <div className="dm-row-sub" role="gridcell">
        <span className="dm-trunc" title={ends}>
          {trans.__('from')} <bdi>{from ?? '–'}</bdi>
        </span>
      </div>
      <div className="dm-row-sub dm-mirror-age" role="gridcell">
        {late === null ? null : <Icon icon={warnIcon} className="dm-warn dm-icon-s" />}
        <span className="dm-fresh" title={data.known ? format.full(data.asOf) : data.reason}>
          {age}
        </span>
        <Seen mirror={mirror} now={now} />
      </div>
      {late === null ? null : (
        <div className="dm-row-sub" role="gridcell">
          <span className="dm-row-words">{late}</span>
        </div>
      )}
      <Sparkline mirror={mirror} />
      {health.state !== 'unhealthy' ? null : (
        <div className="dm-quote" role="gridcell">
          <b>{refusalHeading(mirror, trans)}</b>{' '}
          {reasons.length === 0 ? trans.__('no reason is given.') : <bdi>{reasons.join(' ')}</bdi>}
        </div>
      )}
      {running === null ? null : (
        <>
          {mirror.transfer?.state === 'transferring' ? (
            <div role="gridcell" className="dm-row-progress">
              <div
                className="dm-indet"
                role="progressbar"
                aria-label={trans.__('Transfer running, total size unknown')}
              />
            </div>
          ) : null}
          <div className="dm-row-sub" role="gridcell">
            <span className="dm-row-words">{running}</span>
          </div>
        </>
      )}
      {condition === '' ? null : (
        <div className="dm-row-sub" role="gridcell">
          <span className="dm-row-words" title={stateWords(mirror, trans)}>
            <bdi>{condition}</bdi>
          </span>
        </div>
      )}
      {good === null ? null : (
        <div className="dm-row-sub" role="gridcell">
          <span className="dm-row-words">{good}</span>
        </div>
      )}
      {hint === null ? null : (
        <div className="dm-row-sub" role="gridcell">
          <span className="dm-row-words">
            <bdi>{hint}</bdi>
          </span>
        </div>
      )}
      {active ? <MirrorDetails mirror={mirror} now={now} /> : null}
    </div>
  );
}

/** "last 24 transfers since 12 Nov, 10:00": what was seen, because the storage keeps no history. */
function Seen({ mirror: { seen }, now }: { readonly mirror: Mirror; readonly now: Date }): JSX.Element | null {
  const { trans, format } = useEnvironment();
  if (seen === null) {
    return null;
  }
  const since = trans.__('since %1', format.moment(seen.since, now));
  const count = seen.items.length;
  const words = count === 0 ? trans.__('no transfer seen') : trans._n('last transfer', 'last %1 transfers', count);
  return (
    <span
      className="dm-mirror-seen"
      title={
        seen.gaps
          ? trans.__('What the controller saw, %1. It did not watch all the time: transfers can be missing.', since)
          : trans.__('What the controller saw, %1. ONTAP keeps no history of transfers.', since)
      }
    >
      {words} · {since}
    </span>
  );
}

function Actions({ mirror }: { readonly mirror: Mirror }): JSX.Element {
  const environment = useEnvironment();
  const { trans, commands } = environment;
  const { update, can, transfer, volumeName } = mirror;
  const args = { mirror: mirror.id };
  const asked = update !== null && !isOver(update) ? update : null;
  return (
    <span className="dm-chips" role="gridcell">
      {asked !== null ? (
        <Button
          label={trans.__('Cancel')}
          tabIndex={-1}
          disabled={asked.cancel.available ? null : `${asked.cancel.reason} ${asked.cancel.fix}`.trim()}
          onClick={() => run(environment, CommandIDs.cancelMirrorUpdate, args)}
        />
      ) : transfer !== null ? null : (
        <Button
          label={trans.__('Update now')}
          tabIndex={-1}
          disabled={can.update.available ? null : `${can.update.reason} ${can.update.fix}`.trim()}
          onClick={() => run(environment, CommandIDs.updateMirror, args)}
        />
      )}
      <IconButton
        label={trans.__('More actions for %1', volumeName)}
        icon={ellipsesIcon}
        popup="menu"
        tabIndex={-1}
        onClick={event => openMenuAt(commands, mirrorMenu(mirror), event.currentTarget)}
      />
    </span>
  );
}
