/** The bars of the sparkline: age of the data at each transfer that was seen, against the age the schedule allows. Pure. */
import type { SeenTransfers } from '../../../contract';

export const SPARK_WIDTH = 232;
export const SPARK_HEIGHT = 26;
/** Room above the highest bar. */
const TOP = 2;
/** Bars keep their places however few there are. */
const SLOTS = 24;
const GAP = 2;

export interface SparkBar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Older than the schedule allows, or the transfer did not succeed. */
  readonly bad: boolean;
}

export interface SparkBars {
  readonly bars: readonly SparkBar[];
  /** Height of the dashed line; null: nothing is promised. */
  readonly promised: number | null;
  /** The greatest age that was seen, in seconds; null: none is known. */
  readonly highest: number | null;
  /** How many bars are bad. */
  readonly late: number;
}

/** An age that is not known leaves its place empty. `promised` in seconds; null: nothing is promised. */
export function sparkBars({ items }: SeenTransfers, promised: number | null): SparkBars {
  const ages = items.flatMap(({ ageSeconds }) => (ageSeconds === null ? [] : [ageSeconds]));
  const highest = ages.length === 0 ? null : Math.max(...ages);
  const scale = Math.max(highest ?? 0, promised ?? 0, 1);
  const heightOf = (seconds: number) => (seconds / scale) * (SPARK_HEIGHT - TOP);
  const step = (SPARK_WIDTH + GAP) / SLOTS;
  const bars = items.flatMap(({ ageSeconds, state }, at) => {
    if (ageSeconds === null) {
      return [];
    }
    const height = Math.max(1, heightOf(ageSeconds));
    const bad = state === 'failed' || state === 'aborted' || (promised !== null && ageSeconds > promised);
    return [{ x: (SLOTS - items.length + at) * step, y: SPARK_HEIGHT - height, width: step - GAP, height, bad }];
  });
  return {
    bars,
    promised: promised === null ? null : SPARK_HEIGHT - heightOf(promised),
    highest,
    late: bars.filter(({ bad }) => bad).length
  };
}
