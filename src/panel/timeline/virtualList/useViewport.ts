/** Scroll position and height of an element, told at most once per frame. */
import * as React from 'react';

export interface Viewport {
  readonly top: number;
  readonly height: number;
}

/** Height assumed before the element was measured, in CSS pixels. */
const UNMEASURED = 600;

/** Follows an element's scrolling and size. `fast`: the thumb is being dragged or flung. */
export function useViewport(element: React.RefObject<HTMLElement>): Viewport & { readonly fast: boolean } {
  const [viewport, setViewport] = React.useState({ top: 0, height: UNMEASURED, fast: false });
  React.useEffect(() => {
    const { current } = element;
    if (current === null) {
      return;
    }
    let frame: number | null = null;
    let calm: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      frame = null;
      const height = current.clientHeight === 0 ? UNMEASURED : current.clientHeight;
      const top = current.scrollTop;
      setViewport(before => {
        // More than a page within a frame is no wheel: somebody looks for a day.
        const fast = Math.abs(top - before.top) > height || (before.fast && top !== before.top);
        return before.top === top && before.height === height && before.fast === fast ? before : { top, height, fast };
      });
      clearTimeout(calm);
      calm = setTimeout(() => setViewport(before => (before.fast ? { ...before, fast: false } : before)), 700);
    };
    const schedule = () => {
      frame ??= requestAnimationFrame(read);
    };
    const size = new ResizeObserver(schedule);
    size.observe(current);
    current.addEventListener('scroll', schedule, { passive: true });
    schedule();
    return () => {
      size.disconnect();
      current.removeEventListener('scroll', schedule);
      clearTimeout(calm);
      if (frame !== null) {
        cancelAnimationFrame(frame);
      }
    };
  }, [element]);
  return viewport;
}
