/** A clock for views that show how long something takes. */
import * as React from 'react';

/** The time, renewed every second while something runs. */
export function useEverySecond(running: boolean, clock: () => Date): Date {
  const [now, setNow] = React.useState(clock);
  React.useEffect(() => {
    if (!running) {
      return undefined;
    }
    const timer = setTimeout(() => {
      setNow(clock());
    }, 1000);
    return () => {
      clearTimeout(timer);
    };
  }, [running, clock, now]);
  return now;
}
