/** Rows of the timeline that nothing can be done with: day headings, "Now", and places of snapshots not read yet. */
import * as React from 'react';
import type { TimelineRow } from '../../tokens';
import { useEnvironment } from '../environment';
import { rowId } from './rowKey';

/** Heading of a group of rows; nothing where the group has no day. */
export function DayHeading(props: { row: TimelineRow | undefined; position: number; now: Date }): JSX.Element | null {
  const { format } = useEnvironment();
  const { row, position, now } = props;
  return row?.type !== 'day' ? null : (
    <div className="dm-day" role="row" id={rowId(row)} aria-rowindex={position}>
      <span role="rowheader">{format.day(row.day, now)}</span>
      <span role="gridcell">{format.count(row.count)}</span>
    </div>
  );
}

/** "Now", and rows that are known to exist but not read yet. */
export function PlainRow(props: { row: TimelineRow; id: string; position: number; active: boolean }): JSX.Element {
  const { trans } = useEnvironment();
  const { row, id, position, active } = props;
  const isNow = row.type === 'now';
  return (
    <div
      className={`dm-snap${isNow ? ' is-one' : ' is-loading'}${active ? ' is-active' : ''}`}
      role="row"
      id={id}
      aria-rowindex={position}
      aria-busy={isNow ? undefined : true}
    >
      <div className={`dm-rail${isNow ? ' is-first' : ''}`} role="gridcell">
        <span className={`dm-node${isNow ? ' is-now' : ''}`} />
      </div>
      <div className="dm-snap-title" role="gridcell">
        {isNow ? (
          <span className="dm-now">{trans.__('Now')}</span>
        ) : (
          <>
            <span className="dm-sr">{trans.__('Loading')}</span>
            <i className="dm-bone" aria-hidden="true" />
          </>
        )}
      </div>
    </div>
  );
}
