/** Watches the runs of something while a view of them is visible; nothing is asked at any other time. */
import * as React from 'react';
import type { LineageSubject } from '../../model/lineageModel';
import type { RunsLook } from '../../model/runsLook';
import { useEnvironment, useSignal } from '../environment';

/** The look, as it is now. */
export function useRuns(subject: LineageSubject): RunsLook {
  const { lineage, visible } = useEnvironment();
  const key = JSON.stringify(subject);
  const look = React.useMemo(() => lineage.of(subject), [lineage, key]);
  useSignal(look.changed);
  React.useEffect(() => {
    if (!visible) {
      return;
    }
    const watched = look.watch();
    return () => watched.dispose();
  }, [look, visible]);
  return look;
}
