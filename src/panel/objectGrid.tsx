/** A short list of objects as a grid with one tab stop and keyboard; what a row looks like is its section's. */
import * as React from 'react';
import { openMenuAt, type MenuEntry } from './contextMenu';
import { useEnvironment } from './environment';
import { moveInList } from './gridKeys';
import { enterActions, isRightToLeft, keyOnAction } from './rowActions';

/** What a row is told of its place. */
export interface GridPlace {
  readonly id: string;
  readonly active: boolean;
}

export interface ObjectGridProps<T extends { readonly id: string }> {
  readonly label: string;
  /** Begins the ids of the rows' elements. */
  readonly rowPrefix: string;
  readonly items: readonly T[];
  /** Id of the object the keyboard is on; the first one where it is not there. */
  readonly active: string | null;
  readonly onActive: (id: string) => void;
  readonly menu: (item: T) => readonly MenuEntry[];
  /** Keys of this list alone; true: taken. */
  readonly onKey: (key: string, item: T) => boolean;
  readonly children: (item: T, place: GridPlace) => React.ReactNode;
}

/** The grid. */
export function ObjectGrid<T extends { readonly id: string }>(props: ObjectGridProps<T>): JSX.Element {
  const { commands } = useEnvironment();
  const { label, rowPrefix, items, onActive, menu, onKey, children } = props;
  const active = Math.max(
    0,
    items.findIndex(({ id }) => id === props.active)
  );
  const rowId = (at: number) => `${rowPrefix}${items[at]?.id ?? ''}`;

  const onKeyDown = (event: React.KeyboardEvent<HTMLDivElement>) => {
    const item = items[active];
    if (item === undefined || keyOnAction(event) || event.target !== event.currentTarget) {
      return;
    }
    if (event.altKey || event.metaKey || event.ctrlKey) {
      return;
    }
    const row = document.getElementById(rowId(active));
    const to = moveInList(event.key, active, items.length);
    if (to !== null) {
      onActive(items[to]?.id ?? item.id);
      document.getElementById(rowId(to))?.scrollIntoView({ block: 'nearest' });
    } else if (onKey(event.key, item)) {
      // The list has done what the key is for.
    } else if (
      event.key === (isRightToLeft(event.currentTarget) ? 'ArrowLeft' : 'ArrowRight') ||
      event.key === 'Enter'
    ) {
      enterActions(row);
    } else if (row !== null && (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10'))) {
      openMenuAt(commands, menu(item), row);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      role="grid"
      className="dm-grid"
      aria-label={label}
      aria-activedescendant={rowId(active)}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {items.map((item, at) => (
        <React.Fragment key={item.id}>{children(item, { id: rowId(at), active: at === active })}</React.Fragment>
      ))}
    </div>
  );
}
