/** The rows of the timeline: a virtual grid with one tab stop, sticky day headings and keyboard. */
import * as React from 'react';
import { itemsOf } from '../../model/listState';
import type { TimelineRow } from '../../tokens';
import { openMenuAt } from '../contextMenu';
import { run, useEnvironment, useNow } from '../environment';
import { enterActions, isRightToLeft, keyOnAction } from '../rowActions';
import { undoableBy } from './restoreEventWords';
import { DayHeading, PlainRow } from './plainRows';
import { restoreMenu, RestoreRow } from './restoreRow';
import type { RowPlace } from './rowFrame';
import { DAY_HEIGHT, isMeasured, rowHeight, TWO_LINE_HEIGHT } from './rowHeight';
import { rowId, rowKey } from './rowKey';
import { snapshotMenu } from './snapshotDetails';
import { SnapshotRow } from './snapshotRow';
import { isHeld } from './snapshotWords';
import { nearestRow, timelineAction } from './timelineKeys';
import { groupsIn, heightOf, layoutOf, rowAt, rowsIn, scrollTo, topOf } from './virtualList/layout';
import { MeasuredRow } from './virtualList/measuredRow';
import { useAnchor } from './virtualList/useAnchor';
import { useViewport } from './virtualList/useViewport';

/** Rows rendered beyond each end of the viewport. */
const BEYOND = 8;
/** Scrolling rests this long before pages are asked for, in ms. */
const SETTLED = 80;
/** Day headings change at midnight; looked at this often, in ms. */
const DAY_CHECK = 60_000;

export interface TimelineListProps {
  readonly rows: readonly TimelineRow[];
  readonly volumeName: string;
  readonly onSearch: () => void;
  /** Row to show and focus; a new object for every wish. */
  readonly wish: { readonly row: number } | null;
}

/** The list. */
export function TimelineList({ rows, volumeName, onSearch, wish }: TimelineListProps): JSX.Element {
  const environment = useEnvironment();
  const { trans, format, model, commands, lineage } = environment;
  const { timeline } = model;
  const { opened } = timeline;
  const now = useNow(DAY_CHECK);
  const port = React.useRef<HTMLDivElement>(null);
  const [measured, setMeasured] = React.useState<ReadonlyMap<string, number>>(new Map());
  const [moved, setMoved] = React.useState<{ readonly key: string; readonly row: number } | null>(null);
  const viewport = useViewport(port);

  const layout = React.useMemo(
    () =>
      layoutOf(
        rows.length,
        row => heightOfRow(rows[row]),
        row => rows[row]?.type === 'day'
      ),
    // Heights follow from these alone; `now` moves them only when a hold runs out.
    [rows, opened, measured, lineage.revision]
  );
  function heightOfRow(row: TimelineRow | undefined): number {
    return row === undefined ? 0 : rowHeight(row, opened, measured, now, trans, one => lineage.useOf(one) !== null);
  }
  const newAbove = useAnchor(port, rows, layout);
  const range = rowsIn(layout, viewport, BEYOND);

  // The row that has the focus, also after rows came or went: by name, else by place.
  const active = React.useMemo(() => {
    const wanted = moved?.key ?? opened;
    const found = wanted === null ? -1 : rows.findIndex(row => rowKey(row) === wanted);
    return found >= 0 ? found : (nearestRow(rows, Math.min(moved?.row ?? 0, rows.length - 1), 1) ?? -1);
  }, [rows, moved, opened]);

  React.useEffect(() => {
    const timer = setTimeout(() => void timeline.ensure(range.first, range.last), SETTLED);
    return () => clearTimeout(timer);
  }, [timeline, rows, range.first, range.last]);

  const show = (row: number) => {
    const { current } = port;
    if (current !== null) {
      const at = { top: current.scrollTop, height: current.clientHeight };
      current.scrollTop = scrollTo(layout, row, at, DAY_HEIGHT);
    }
  };
  const move = (row: number) => {
    const target = rows[row];
    if (target !== undefined) {
      setMoved({ key: rowKey(target), row });
      show(row);
    }
  };
  React.useEffect(() => {
    if (wish !== null) {
      move(nearestRow(rows, wish.row, 1) ?? wish.row);
      const { current } = port;
      if (current !== null) {
        current.scrollTop = Math.max(0, topOf(layout, wish.row) - DAY_HEIGHT);
        current.focus({ preventScroll: true });
      }
    }
  }, [wish]);

  const elementOf = (row: number) => document.getElementById(rowId(rows[row]));
  const toggle = (row: number) => {
    const target = rows[row];
    if (target?.type === 'snapshot' || target?.type === 'restore') {
      const key = rowKey(target);
      setMoved({ key, row });
      timeline.open(key === opened ? null : key);
    }
  };
  const menu = (row: number, anchor: Element) => {
    const target = rows[row];
    if (target?.type === 'snapshot' || target?.type === 'restore') {
      setMoved({ key: rowKey(target), row });
      const entries =
        target.type === 'restore'
          ? restoreMenu(target.restore)
          : snapshotMenu(target.snapshot, undoableBy(target.snapshot.name, itemsOf(model.restores)), lineage.isShown);
      openMenuAt(commands, entries, anchor);
    }
  };

  const placeOf = (at: number): RowPlace => ({
    id: rowId(rows[at]),
    position: at + 1,
    opened: opened !== null && rowKey(rows[at] ?? { type: 'now' }) === opened,
    active: at === active,
    isFirst: at <= 1 && rows[0]?.type !== 'now',
    isLast: at === rows.length - 1,
    onToggle: () => toggle(at),
    onMenu: anchor => menu(at, anchor)
  });

  const onKeyDown = (event: React.KeyboardEvent<HTMLDivElement>) => {
    if (keyOnAction(event) || event.target !== event.currentTarget) {
      return;
    }
    const target = rows[active];
    const action = timelineAction(event, {
      rows,
      active,
      page: Math.max(1, Math.floor(viewport.height / TWO_LINE_HEIGHT) - 1),
      rightToLeft: isRightToLeft(event.currentTarget),
      held: target?.type === 'snapshot' && isHeld(target.snapshot, new Date())
    });
    if (action === null || (action.do === 'close' && opened === null)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    switch (action.do) {
      case 'move':
        return move(action.row);
      case 'toggle':
        return toggle(active);
      case 'actions':
        if (target !== undefined && rowKey(target) !== opened) {
          timeline.open(rowKey(target));
        }
        // The buttons are there after the next frame.
        requestAnimationFrame(() => requestAnimationFrame(() => enterActions(elementOf(active))));
        return;
      case 'menu': {
        const anchor = elementOf(active);
        return anchor === null ? undefined : menu(active, anchor);
      }
      case 'command':
        return target?.type === 'snapshot'
          ? run(environment, action.command, { snapshot: target.snapshot.name })
          : undefined;
      case 'search':
        return onSearch();
      case 'close':
        return timeline.open(null);
    }
  };

  const dayHere = dayOfRow(rows, rowAt(layout, viewport.top));
  return (
    <div className="dm-timeline">
      {newAbove > 0 ? (
        <button
          type="button"
          className="dm-btn dm-new-above"
          onClick={() => {
            if (port.current !== null) {
              port.current.scrollTop = 0;
            }
          }}
        >
          {trans.__('%1 new', format.count(newAbove))}
        </button>
      ) : null}
      {viewport.fast && dayHere !== null ? <div className="dm-day-here">{format.day(dayHere, now)}</div> : null}
      <div
        ref={port}
        className="dm-section-body dm-grid dm-scroll"
        role="grid"
        aria-label={trans.__('Snapshots of %1', volumeName)}
        aria-rowcount={rows.length}
        aria-activedescendant={active < 0 ? undefined : rowId(rows[active])}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={event => {
          if (event.target === event.currentTarget && active >= 0 && event.currentTarget.matches(':focus-visible')) {
            show(active);
          }
        }}
      >
        <div className="dm-all-rows" role="presentation" style={{ height: heightOf(layout) }}>
          {groupsIn(layout, range).map(group => (
            <div
              key={rowKey(rows[group.start] ?? { type: 'now' })}
              className="dm-group"
              role="rowgroup"
              style={{
                top: topOf(layout, group.start),
                height: topOf(layout, group.end) - topOf(layout, group.start)
              }}
            >
              <DayHeading row={rows[group.start]} position={group.start + 1} now={now} />
              {rows.slice(group.first, group.last + 1).map((row, offset) => {
                const at = group.first + offset;
                if (row.type === 'day') {
                  return null;
                }
                const measures = isMeasured(row, opened);
                return (
                  <MeasuredRow
                    key={rowKey(row)}
                    top={topOf(layout, at) - topOf(layout, group.start)}
                    onHeight={
                      measures ? height => setMeasured(before => withHeight(before, rowKey(row), height)) : undefined
                    }
                  >
                    {row.type === 'snapshot' ? (
                      <SnapshotRow snapshot={row.snapshot} place={placeOf(at)} />
                    ) : row.type === 'restore' ? (
                      <RestoreRow restore={row.restore} place={placeOf(at)} />
                    ) : (
                      <PlainRow row={row} id={rowId(row)} position={at + 1} active={at === active} />
                    )}
                  </MeasuredRow>
                );
              })}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function dayOfRow(rows: readonly TimelineRow[], from: number): string | null {
  for (let row = from; row >= 0; row--) {
    const found = rows[row];
    if (found?.type === 'day') {
      return found.day;
    }
  }
  return null;
}

function withHeight(before: ReadonlyMap<string, number>, key: string, height: number): ReadonlyMap<string, number> {
  return before.get(key) === height ? before : new Map(before).set(key, height);
}
