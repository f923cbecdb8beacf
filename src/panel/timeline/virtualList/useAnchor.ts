/** Keeps what is on screen in place while rows come and go above it, and counts what is new up there. */
import * as React from 'react';
import type { TimelineRow } from '../../../tokens';
import { rowKey } from '../rowKey';
import { rowAt, topOf, type Layout } from './layout';

/** Number of snapshots above that were not there when the list was last at its top. */
export function useAnchor(port: React.RefObject<HTMLElement>, rows: readonly TimelineRow[], layout: Layout): number {
  const shown = React.useRef<{ rows: readonly TimelineRow[]; layout: Layout } | null>(null);
  const topSeen = React.useRef<string | null>(null);
  const [atTop, setAtTop] = React.useState(true);

  React.useLayoutEffect(() => {
    const before = shown.current;
    const { current } = port;
    shown.current = { rows, layout };
    if (before === null || current === null || before.rows === rows || current.scrollTop <= 1) {
      return;
    }
    const first = rowAt(before.layout, current.scrollTop);
    const anchor = before.rows[first];
    if (anchor === undefined || (anchor.type !== 'snapshot' && anchor.type !== 'restore')) {
      return;
    }
    const now = rows.findIndex(row => rowKey(row) === rowKey(anchor));
    if (now >= 0) {
      current.scrollTop += topOf(layout, now) - topOf(before.layout, first);
    }
  }, [port, rows, layout]);

  React.useEffect(() => {
    const { current } = port;
    if (current === null) {
      return;
    }
    const look = () => setAtTop(current.scrollTop <= 1);
    current.addEventListener('scroll', look, { passive: true });
    // It may have been scrolled before anybody listened.
    look();
    return () => current.removeEventListener('scroll', look);
  }, [port]);

  const newest = rows.find(row => row.type === 'snapshot');
  const newestKey = newest === undefined ? null : rowKey(newest);
  if (atTop || topSeen.current === null) {
    topSeen.current = newestKey;
    return 0;
  }
  if (newestKey === topSeen.current) {
    return 0;
  }
  let count = 0;
  for (const row of rows) {
    if (row.type === 'snapshot' || row.type === 'placeholder') {
      if (rowKey(row) === topSeen.current) {
        return count;
      }
      count++;
    }
  }
  // The one that was on top is gone: there is no telling what is new.
  return 0;
}
