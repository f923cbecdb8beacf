/** A data card as Markdown. Pure. Names are written by anybody: nothing in them makes a table, a link or a heading. */
import type { DataCard, LinkedSnapshot, NamedValue } from '../../../../contract';

type Card = Omit<DataCard, 'markdown'>;

export function dataCardText(card: Card): string {
  const { version, run, data, people, parameters, metrics, missing } = card;
  const facts: [string, string | null][] = [
    [
      'Aliases',
      version === null || version.aliases.length === 0 ? null : version.aliases.map(one => `@${one}`).join(', ')
    ],
    ['Registered', card.registeredAt],
    ['Run', run === null ? null : `${run.name} (${run.id})`],
    ['Experiment', run?.experiment ?? null],
    ['Status', run?.status ?? null],
    ['Began', run?.startedAt ?? null],
    ['Ended', run?.endedAt ?? null],
    ['Notebook', card.notebook],
    ['Image', run?.image ?? null]
  ];
  const told = facts.filter((fact): fact is [string, string] => fact[1] !== null);
  return [
    `# Data of ${plain(card.subject)}`,
    `As of ${card.asOf}. Times are UTC. What is not named here was not written down; it may exist all the same.`,
    list(told.map(([name, value]) => `${name}: ${plain(value)}`)),
    '## Data',
    data.length === 0
      ? 'No snapshot is named.'
      : table(
          ['Volume', 'Snapshot', 'Made', 'Relation', 'Now', 'Uid'],
          data.map(({ link, now }) => [
            placeOf(link),
            link.snapshot,
            link.time ?? '–',
            relationWords(link.relation),
            now.state === 'exists' ? 'exists' : now.message,
            link.uid ?? '–'
          ])
        ),
    ...section(
      'People',
      people.length === 0 ? '' : list(people.map(({ name, did }) => `${plain(name)}: ${plain(did)}`))
    ),
    ...section('Parameters', values(parameters)),
    ...section('Metrics', values(metrics)),
    ...section('What is missing', list(missing.map(plain)))
  ]
    .filter(part => part !== '')
    .join('\n\n')
    .concat('\n');
}

/** What a relation says, in words. */
export function relationWords(relation: LinkedSnapshot['relation']): string {
  switch (relation) {
    case 'exact':
      return 'what the run read';
    case 'before-run':
      return 'made before the run, which worked on the volume itself';
    case 'during-run':
      return 'made after the run had begun, which worked on the volume itself';
    case null:
      return '–';
  }
}

const placeOf = ({ cluster, namespace, volume }: LinkedSnapshot): string =>
  [cluster, namespace, volume].filter(part => part !== null).join('/');

const section = (title: string, text: string): string[] => (text === '' ? [] : [`## ${title}`, text]);

const list = (lines: readonly string[]): string => lines.map(line => `- ${line}`).join('\n');

const values = (all: readonly NamedValue[]): string =>
  all.length === 0
    ? ''
    : table(
        ['Name', 'Value'],
        all.map(({ key, value }) => [key, value])
      );

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map(row => row.map(plain))].map(row => `| ${row.join(' | ')} |`).join('\n');

/** One line of text that Markdown takes as it is. */
export const plain = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ')
    .replaceAll(/[\\`*|<>[\]#~&]/g, sign => `\\${sign}`)
    .replaceAll(/(?<!\w)_|_(?!\w)/g, '\\_');
