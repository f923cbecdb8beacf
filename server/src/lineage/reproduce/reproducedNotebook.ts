/** The notebook that runs another one again on the clones: what is different stands at its top, and old beside new at its end. Pure. */
import { plain } from '../card/dataCardText';
import type { OriginalCell, OriginalNotebook } from './originalNotebook';
import { reproducedCells, type CellRules } from './reproducedCells';
import { comparisonCode, environmentCode, setupCode, type ReproductionFacts } from './reproductionCode';

export interface ReproducedNotebookOptions {
  readonly original: OriginalNotebook;
  /** Whether it is a script. */
  readonly script: boolean;
  readonly rules: CellRules;
  readonly facts: ReproductionFacts;
  /** Lines of what it reproduces and of what can't be reproduced. */
  readonly title: string;
  readonly told: readonly string[];
}

export interface ReproducedNotebook {
  readonly text: string;
  /** What is otherwise than in the original, in words. */
  readonly changes: readonly string[];
}

export function reproducedNotebook(options: ReproducedNotebookOptions): ReproducedNotebook {
  const { original, script, rules, facts, title, told } = options;
  const { cells, changes: inCells } = reproducedCells(original.cells, rules);
  const changes = [
    `It runs in ${facts.workingDirectory}, so that paths without a beginning lead to the clone.`,
    ...(script ? ['In which folder the script was run, and with which arguments, is not written down.'] : []),
    ...inCells,
    'Models are registered in a registry of its own: no version is made and no alias is moved where people use them.',
    'What cells write outside the clone they write there again.'
  ];
  const document = {
    nbformat: 4,
    nbformat_minor: 4,
    metadata: kernelOf(original),
    cells: [
      written(
        markdown([`# ${plain(title)}`, list(told), '**What is otherwise than in the original:**', list(changes)])
      ),
      written(code(setupCode(facts))),
      written(code(environmentCode())),
      ...cells.map(written),
      written(code(comparisonCode()))
    ]
  };
  return { text: `${JSON.stringify(document, null, 1)}\n`, changes };
}

const list = (lines: readonly string[]): string => lines.map(line => `- ${plain(line)}`).join('\n');

const markdown = (parts: readonly string[]): OriginalCell => ({
  cell_type: 'markdown',
  source: parts.join('\n\n'),
  metadata: {}
});

const code = (source: string): OriginalCell => ({ cell_type: 'code', source, metadata: { tags: ['datamark'] } });

/** Without outputs: they would be those of another run. */
function written({ cell_type: type, source, metadata, attachments }: OriginalCell): object {
  return {
    cell_type: type,
    metadata,
    ...(type === 'code' ? { execution_count: null, outputs: [] } : {}),
    ...(type === 'markdown' && attachments !== undefined ? { attachments } : {}),
    source
  };
}

/** Widgets' states belong to outputs. */
const kernelOf = ({ metadata }: OriginalNotebook): object => ({
  ...(metadata.kernelspec === undefined ? {} : { kernelspec: metadata.kernelspec }),
  ...(metadata.language_info === undefined ? {} : { language_info: metadata.language_info })
});
