/** What is said of the sources of mirrors, and of all mirrors together. Pure; `now` is the server’s clock. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Mirror, MirrorList, MirrorSource, MirrorState } from '../../../contract';
import type { Format } from '../../model/format';

type Trans = TranslationBundle;

/** "What ONTAP tells is missing: … Shown as of 14:02."; null: it answers, or is not set up. */
export function sourceWords(
  source: MirrorSource,
  name: string,
  now: Date,
  format: Format,
  trans: Trans
): { readonly heading: string; readonly problem: string; readonly since: string } | null {
  if (source.state !== 'refuses') {
    return null;
  }
  const { problem, asOf } = source;
  return {
    heading: trans.__('What %1 tells is missing:', name),
    problem: `${problem.detail} ${problem.next}`.trim(),
    since: asOf === null ? trans.__('It was never told.') : trans.__('Shown as of %1.', format.moment(asOf, now))
  };
}

/** That mirrors are told as they were, or not all of them: since when, null where nobody ever told. */
export interface OldNews {
  readonly since: string | null;
}

/** null: every source that is set up answers. */
export function oldNews({ trident, ontap }: MirrorList['sources']): OldNews | null {
  const silent = [ontap, trident].flatMap(source => (source.state === 'refuses' ? [source.asOf] : []));
  return silent.length === 0 ? null : { since: silent.flatMap(asOf => asOf ?? []).sort()[0] ?? null };
}

/** Nothing is replicated yet or any more, or nobody knows whether: “healthy” would say too much. */
const NOT_AT_WORK: readonly MirrorState[] = [
  'uninitialized',
  'broken-off',
  'promoted',
  'released',
  'not-reconciled',
  'unknown'
];

export interface SummaryParts {
  readonly mirrors: readonly Mirror[];
  /** How many are older than their volume allows. */
  readonly stale: number;
  readonly old: OldNews | null;
  readonly now: Date;
}

/** "1 unhealthy", "2 too old", "4 healthy", "3 of 4 healthy, as of 14:02", "none": the worst first. */
export function summaryWords(
  { mirrors, stale, old, now }: SummaryParts,
  format: Format,
  trans: Trans
): { readonly look: 'bad' | 'warn' | 'plain'; readonly text: string } {
  if (mirrors.length === 0) {
    return old === null ? { look: 'plain', text: trans.__('none') } : { look: 'warn', text: trans.__('not known') };
  }
  const bad = mirrors.filter(({ health }) => health.state === 'unhealthy').length;
  const healthy = mirrors.filter(
    ({ health, state }) => health.state === 'healthy' && !NOT_AT_WORK.includes(state)
  ).length;
  const text =
    bad > 0
      ? trans.__('%1 unhealthy', format.count(bad))
      : stale > 0
        ? trans.__('%1 too old', format.count(stale))
        : healthy === mirrors.length
          ? trans.__('%1 healthy', format.count(healthy))
          : trans.__('%1 of %2 healthy', format.count(healthy), format.count(mirrors.length));
  const look = bad > 0 ? 'bad' : stale > 0 || old !== null ? 'warn' : 'plain';
  if (old === null) {
    return { look, text };
  }
  return {
    look,
    text:
      old.since === null
        ? trans.__('%1, others not known', text)
        : trans.__('%1, as of %2', text, format.moment(old.since, now))
  };
}
