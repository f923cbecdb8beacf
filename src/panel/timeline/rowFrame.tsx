/** What all rows of the timeline have in common: the rail, a title, a time, and how they are opened. */
import * as React from 'react';

/** Where a row stands and what a click on it does. */
export interface RowPlace {
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

export interface RowFrameProps {
  readonly place: RowPlace;
  /** The whole row in words, for a screen reader. */
  readonly label: string;
  readonly mark: React.ReactNode;
  readonly title: string;
  readonly time: React.ReactNode;
  readonly timeTitle: string;
  /** Nothing but a title: the row is less high. */
  readonly oneLine: boolean;
  readonly children?: React.ReactNode;
}

/** A row around what is its own. */
export function RowFrame(props: RowFrameProps): JSX.Element {
  const { label, mark, title, time, timeTitle, oneLine, children } = props;
  const { id, position, opened, active, isFirst, isLast, onToggle, onMenu } = props.place;
  return (
    <div
      className={`dm-snap${oneLine && !opened ? ' is-one' : ''}${opened ? ' is-selected' : ''}${active ? ' is-active' : ''}`}
      role="row"
      id={id}
      aria-selected={opened}
      aria-rowindex={position}
      aria-label={label}
      onClick={onToggle}
      onContextMenu={event => {
        event.preventDefault();
        event.stopPropagation();
        onMenu(event.currentTarget);
      }}
    >
      <div className={`dm-rail${isFirst ? ' is-first' : ''}${isLast ? ' is-last' : ''}`} role="gridcell">
        {mark}
      </div>
      <div className="dm-snap-title" role="gridcell">
        <span className="dm-trunc" title={title}>
          <bdi>{title}</bdi>
        </span>
      </div>
      <span className="dm-time" role="gridcell" title={timeTitle}>
        {time}
      </span>
      {children}
    </div>
  );
}
