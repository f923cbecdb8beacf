/**
 * The cells of a notebook as a reproduction runs them: paths of volumes lead to the clones, nothing writes into the run that is
 * reproduced, and Datamark's own commands, which are about the volume as it is now, do nothing. Pure.
 */
import type { NamedValue } from '../../../../contract';
import type { OriginalCell } from './originalNotebook';

/** Where the files of a volume were, and where those of its snapshot are. */
export interface MovedPath {
  readonly live: string;
  readonly here: string;
}

export interface CellRules {
  readonly run: string;
  readonly paths: readonly MovedPath[];
  readonly parameters: readonly NamedValue[];
}

export interface ReproducedCells {
  readonly cells: readonly OriginalCell[];
  /** What is otherwise than in the original, in words. */
  readonly changes: readonly string[];
}

const OWN_CELL = /^%%snapshot\b.*/;
const OWN_LINE =
  /^(\s*)((?:[\w, ]*=)?\s*)((?:%(?:(?:re)?load_ext\s+)?datamark\b|!.*(?<![\w./-])datamark(?![\w./-])).*)$/gm;
const SHELL_CELL = /^%%(?:bash|sh|script|system|sx|!)(?:\s|$)/;
const OWN_WORD = /(?<![\w./-])datamark(?![\w/-])/;
/** Its module, or its name as a text, as programs and magics are called with it. */
const OWN_CALL = /\b(?:import|from)\s+datamark\b|["']datamark["' ]/;
const HOME = /["'\s=(]~\/|expanduser|Path\.home\(|\$\{?HOME\b/;

export function reproducedCells(original: readonly OriginalCell[], rules: CellRules): ReproducedCells {
  const changes: string[] = [];
  const cells = original.flatMap((cell, at): OriginalCell[] => {
    if (cell.cell_type !== 'code') {
      return [cell];
    }
    const place = `Cell ${at + 1}`;
    if (cell.source.includes(rules.run)) {
      changes.push(`${place} is left out: it names the run itself, and would write into it.`);
      return [{ ...cell, cell_type: 'raw' }];
    }
    if (SHELL_CELL.test(cell.source) && OWN_WORD.test(cell.source)) {
      changes.push(`${place} is left out: it runs commands of Datamark.`);
      return [{ ...cell, cell_type: 'raw' }];
    }
    if (OWN_CALL.test(cell.source)) {
      changes.push(`${place} works with Datamark itself, and is as it was: look at it before you run it.`);
    }
    const silent = withoutOwnCommands(cell.source);
    if (silent !== cell.source) {
      changes.push(`${place}: commands of Datamark do nothing here.`);
    }
    const { text, count } = withPaths(silent, rules.paths);
    if (count > 0) {
      changes.push(`${place}: ${count} ${count === 1 ? 'path leads' : 'paths lead'} to the clone.`);
    }
    if (HOME.test(text)) {
      changes.push(`${place} names the home directory (~): files there are as they are now.`);
    }
    if (/registry_uri|REGISTRY_URI/.test(text)) {
      changes.push(`${place} chooses a model registry itself: look at it before you run it.`);
    }
    return [{ ...cell, source: text }];
  });
  return withParameters({ cells, changes }, rules);
}

/** The same number of lines, so that messages of errors name the lines of the original. */
function withoutOwnCommands(source: string): string {
  const [first = '', ...rest] = source.split('\n');
  const body = OWN_CELL.test(first) ? [`# ${first}`, ...rest].join('\n') : source;
  return body.replaceAll(OWN_LINE, (_line, indent: string, target: string, command: string) =>
    target.trim() === '' ? `${indent}pass  # ${command}` : `${indent}${target}None  # ${command}`
  );
}

/** Paths as they stand in the code: a path that is put together when it runs is not found here. */
function withPaths(source: string, paths: readonly MovedPath[]): { text: string; count: number } {
  const known = paths.filter(({ live, here }) => live.length > 1 && live !== here);
  if (known.length === 0) {
    return { text: source, count: 0 };
  }
  // The longest first: one volume may lie in another.
  const longest = known.toSorted((a, b) => b.live.length - a.live.length);
  const any = longest.map(({ live }) => escaped(live)).join('|');
  let count = 0;
  const text = source.replaceAll(new RegExp(`(?<![\\w./~-])(?:${any})(?![\\w.-])`, 'g'), found => {
    count += 1;
    return longest.find(({ live }) => live === found)?.here ?? found;
  });
  return { text, count };
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Papermill's way: values stand in a cell of their own behind the one that is tagged `parameters`. */
function withParameters({ cells, changes }: ReproducedCells, { parameters, paths }: CellRules): ReproducedCells {
  const at = cells.findLastIndex(
    ({ cell_type: type, metadata }) => type === 'code' && metadata.tags?.includes('parameters') === true
  );
  const tagged = cells[at];
  if (tagged === undefined) {
    return { cells, changes };
  }
  const injected = cells[at + 1]?.metadata.tags?.includes('injected-parameters') === true ? at + 2 : at + 1;
  const lines = [...tagged.source.matchAll(/^([A-Za-z_]\w*)\s*(?::[^=\n]+)?=(?!=)\s*(.*)$/gm)].flatMap(
    ([, name = '', value = '']) => {
      const told = parameters.find(({ key }) => key === name);
      return told === undefined ? [] : [`${name} = ${literal(withPaths(told.value, paths).text, value)}`];
    }
  );
  if (lines.length === 0) {
    return { cells, changes };
  }
  const cell = { cell_type: 'code', source: lines.join('\n'), metadata: { tags: ['injected-parameters'] } };
  const told = `${lines.length} of the run’s parameters are set behind the cell tagged “parameters”.`;
  return { cells: cells.toSpliced(injected, 0, cell), changes: [...changes, told] };
}

/** MLflow keeps texts; the default in the cell tells whether it was one. */
function literal(value: string, written: string): string {
  const text = JSON.stringify(value);
  if (/^[rbuf]*["']/i.test(written)) {
    return text;
  }
  if (/^-?(?:inf|nan)$/i.test(value)) {
    return `float(${text})`;
  }
  if (/^[[({]/.test(written) && /^[[({]/.test(value)) {
    return `__import__("ast").literal_eval(${text})`;
  }
  return /^(-?\d+(\.\d+)?([eE][-+]?\d+)?|True|False|None)$/.test(value) ? value : text;
}
