// Query filters on any field, as ONTAP has them: `=a|b`, `=!a`, `=>PT10H`, `=<5`, `=1..9`, `=dst*`, `=null`.
import { secondsOf } from './isoDuration';

type Value = string | number | boolean;

/** Whether a record has what is asked for at that dotted path. */
export function passesFilter(record: unknown, path: string, wanted: string): boolean {
  const values = valuesAt(record, path.split('.'));
  if (wanted.startsWith('!')) {
    return !passesFilter(record, path, wanted.slice(1));
  }
  if (wanted === 'null') {
    return values.length === 0;
  }
  return wanted.split('|').some(one => values.some(value => fits(value, one)));
}

/** What is there; a list's entries each. */
function valuesAt(node: unknown, path: readonly string[]): Value[] {
  if (Array.isArray(node)) {
    return node.flatMap(entry => valuesAt(entry, path));
  }
  const [key, ...rest] = path;
  if (key === undefined) {
    return typeof node === 'string' || typeof node === 'number' || typeof node === 'boolean' ? [node] : [];
  }
  return typeof node === 'object' && node !== null ? valuesAt((node as Record<string, unknown>)[key], rest) : [];
}

function fits(value: Value, wanted: string): boolean {
  const quoted = /^"(.*)"$/.exec(wanted);
  if (quoted !== null) {
    return String(value) === quoted[1];
  }
  const compared = /^(>=|<=|>|<)(.*)$/.exec(wanted);
  if (compared !== null) {
    const [, sign = '', limit = ''] = compared;
    const order = orderOf(value, limit);
    return sign.startsWith('>')
      ? order > 0 || (sign === '>=' && order === 0)
      : order < 0 || (sign === '<=' && order === 0);
  }
  const range = /^(.+)\.\.(.+)$/.exec(wanted);
  if (range !== null) {
    return orderOf(value, range[1] ?? '') >= 0 && orderOf(value, range[2] ?? '') <= 0;
  }
  if (wanted.includes('*')) {
    const pattern = wanted.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${pattern.join('.*')}$`).test(String(value));
  }
  return String(value) === wanted;
}

/** Below, at or above 0 as the value is below, at or above the limit; NaN where they can't be compared. */
export function orderOf(value: Value, limit: Value): number {
  const [one, other] = [numberOf(value), numberOf(limit)];
  return one !== null && other !== null
    ? one - other
    : String(value) < String(limit)
      ? -1
      : +(String(value) !== String(limit));
}

// A duration, a time or a number. ONTAP's own example of a filter ends in a T without anything behind it.
function numberOf(value: Value): number | null {
  if (typeof value !== 'string') {
    return Number(value);
  }
  const seconds = secondsOf(value.replace(/T$/, ''));
  if (seconds !== null) {
    return seconds;
  }
  const time = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : NaN;
  const number = value === '' || Number.isNaN(time) ? Number(value === '' ? NaN : value) : time;
  return Number.isNaN(number) ? null : number;
}
