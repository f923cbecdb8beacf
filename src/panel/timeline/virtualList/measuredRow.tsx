/** Places a row of the virtual list, and reports its height where that depends on its text. */
import * as React from 'react';

export interface MeasuredRowProps {
  readonly top: number;
  /** Left out: the row has a fixed height. */
  readonly onHeight?: (height: number) => void;
  readonly children: React.ReactNode;
}

/** A row at its place. */
export function MeasuredRow({ top, onHeight, children }: MeasuredRowProps): JSX.Element {
  const element = React.useRef<HTMLDivElement>(null);
  const report = React.useRef(onHeight);
  report.current = onHeight;
  const measures = onHeight !== undefined;
  React.useLayoutEffect(() => {
    const { current } = element;
    if (current === null || !measures) {
      return;
    }
    const measure = () => {
      if (current.offsetHeight > 0) {
        report.current?.(current.offsetHeight);
      }
    };
    measure();
    const size = new ResizeObserver(measure);
    size.observe(current);
    return () => size.disconnect();
  }, [measures]);
  return (
    <div ref={element} className="dm-placed" role="presentation" style={{ top }}>
      {children}
    </div>
  );
}
