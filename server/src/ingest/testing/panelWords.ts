/** What a person reads in the panel of what a server tells of mirrors: the panel’s own words, in English and UTC. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Mirror, MirrorList } from '../../../../contract';
import { guardNow } from '../../../../src/model/mirrorAge';
import { makeFormat } from '../../../../src/model/format';
import { rowWords } from '../../../../src/panel/ingest/rowWords';
import { oldNews, sourceWords, summaryWords } from '../../../../src/panel/ingest/sourceWords';

const filled = (text: string, values: readonly unknown[]): string =>
  text.replace(/%(\d+)/g, (_, place: string) => String(values[Number(place) - 1]));

/** As JupyterLab’s own for English; that one is a module that only a bundler loads. */
const trans = {
  __: (text: string, ...values: unknown[]) => filled(text, values),
  _n: (one: string, several: string, count: number, ...values: unknown[]) =>
    filled(count === 1 ? one : several, [count, ...values])
} as unknown as TranslationBundle;

const format = makeFormat({ trans, locale: 'en', timeZone: 'UTC' });

export interface Read {
  readonly heading: string;
  /** Above the rows. */
  readonly ontap: string | null;
  readonly trident: string | null;
  readonly rows: readonly string[];
}

export function panelWords({ items, sources, now: told }: MirrorList): Read {
  const now = new Date(told);
  const stale = items.filter(mirror => guardNow(mirror, now) === 'stale').length;
  const above = (which: keyof MirrorList['sources'], name: string): string | null => {
    const words = sourceWords(sources[which], name, now, format, trans);
    return words === null ? null : `${words.heading} ${words.problem} ${words.since}`;
  };
  return {
    heading: summaryWords({ mirrors: items, stale, old: oldNews(sources), now }, format, trans).text,
    ontap: above('ontap', 'ONTAP'),
    trident: above('trident', 'Trident'),
    rows: items.map(mirror => rowOf(mirror, now))
  };
}

/** One row; `now` is the server’s clock. */
export const rowOf = (mirror: Mirror, now: Date): string => rowWords(mirror, now, format, trans).all;
