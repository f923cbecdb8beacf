/** Age of the data at the last transfers that the controller saw. Without anybody who watched there is none. */
import * as React from 'react';
import type { Mirror } from '../../../contract';
import { promisedAge } from '../../model/mirrorAge';
import { useEnvironment } from '../environment';
import { coarse } from './mirrorWords';
import { SPARK_HEIGHT, sparkBars, SPARK_WIDTH } from './sparkBars';

/** The picture; its name says what it shows. */
export const Sparkline = React.memo(function Sparkline({ mirror }: { readonly mirror: Mirror }): JSX.Element | null {
  const { trans, format } = useEnvironment();
  const { seen } = mirror;
  if (seen === null || seen.items.length === 0) {
    return null;
  }
  const allowed = promisedAge(mirror);
  const { bars, promised, highest, late } = sparkBars(seen, allowed);
  const count = seen.items.length;
  const label = [
    trans._n('Data age at the last transfer', 'Data age at each of the last %1 transfers', count),
    highest === null ? trans.__('not known') : trans.__('highest %1', coarse(highest * 1_000, trans)),
    ...(allowed === null ? [] : [trans.__('the schedule allows %1', coarse(allowed * 1_000, trans))]),
    ...(late === 0 ? [] : [trans.__('%1 late or failed', format.count(late))]),
    ...(seen.gaps ? [trans.__('some may be missing')] : [])
  ].join(', ');
  return (
    <div className="dm-spark-cell" role="gridcell">
      <svg
        className="dm-spark"
        viewBox={`0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <title>{label}</title>
        {promised === null ? null : <line x1={0} x2={SPARK_WIDTH} y1={promised} y2={promised} />}
        {bars.map(({ bad, ...bar }) => (
          <rect key={bar.x} {...bar} className={bad ? 'is-bad' : undefined} />
        ))}
      </svg>
    </div>
  );
});
