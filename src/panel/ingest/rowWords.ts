/** Everything that the row of a mirror says, in one sentence: its name for who can’t see it. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Mirror } from '../../../contract';
import { guardNow, isLate } from '../../model/mirrorAge';
import type { Format } from '../../model/format';
import {
  ageWords,
  conditionWords,
  lastGoodWords,
  lateWords,
  reasonWords,
  refusalHeading,
  runningWords
} from './mirrorWords';

/** The parts of a row; null: there is nothing to say. */
export interface RowWords {
  readonly ends: string;
  readonly age: string;
  readonly late: string | null;
  /** In the storage’s words, one by one. */
  readonly reasons: readonly string[];
  readonly condition: string;
  readonly good: string | null;
  readonly running: string | null;
  readonly all: string;
}

/** `now` is the server’s clock. */
export function rowWords(mirror: Mirror, now: Date, format: Format, trans: TranslationBundle): RowWords {
  const { volumeName, from, to, health, hint } = mirror;
  const ends = trans.__('from %1 to %2', from ?? '–', to ?? '–');
  const age = ageWords(mirror, now, format, trans);
  const late = lateWords({ guard: guardNow(mirror, now), schedule: isLate(mirror, now) }, mirror, trans);
  const reasons = health.state === 'unhealthy' ? health.reasons.map(reasonWords) : [];
  const unhealthy = health.state === 'unhealthy' ? `${refusalHeading(mirror, trans)} ${reasons.join(' ')}` : null;
  const condition = conditionWords(mirror, format, trans);
  const good = lastGoodWords(mirror, now, format, trans);
  const running = runningWords(mirror, format, trans);
  const all = [volumeName, ends, age, late, unhealthy, condition, good, running, hint]
    .filter(part => part !== null && part !== '')
    .join(', ');
  return { ends, age, late, reasons, condition, good, running, all };
}
