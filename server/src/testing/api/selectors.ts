/** Label and field selectors, as the API server reads them. */
import type { ApiObject } from './objectStore';

export type Matches = (object: ApiObject) => boolean;

/** Both at once; throws where a selector can't be read. */
export function selector(labelSelector: string | null, fieldSelector: string | null): Matches {
  const tests = [...split(labelSelector).map(labelTest), ...split(fieldSelector).map(fieldTest)];
  return object => tests.every(test => test(object));
}

/** At the commas that are not inside of parentheses. */
function split(text: string | null): string[] {
  return text === null || text.trim() === '' ? [] : text.split(/,(?![^(]*\))/).map(part => part.trim());
}

function labelTest(text: string): Matches {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map(value => value.trim());
    return object => values.includes(labelOf(object, key) ?? '\0') === (operator === 'in');
  }
  const equality = /^([^!=\s]+)\s*(!=|==|=)\s*(\S*)$/.exec(text);
  if (equality !== null) {
    const [, key = '', operator, value = ''] = equality;
    return object => (labelOf(object, key) === value) === (operator !== '!=');
  }
  const presence = /^(!?)([^!=\s()]+)$/.exec(text);
  if (presence !== null) {
    const [, not, key = ''] = presence;
    return object => (labelOf(object, key) !== undefined) === (not === '');
  }
  throw new Error(`unable to parse requirement: ${text}`);
}

const labelOf = (object: ApiObject, key: string): string | undefined => object.metadata.labels?.[key];

function fieldTest(text: string): Matches {
  const equality = /^([\w.]+)(!=|==|=)(.*)$/.exec(text);
  if (equality === null) {
    throw new Error(`invalid field selector: ${text}`);
  }
  const [, path = '', operator, value = ''] = equality;
  return object => (fieldOf(object, path) === value) === (operator !== '!=');
}

function fieldOf(object: ApiObject, path: string): string {
  let value: unknown = object;
  for (const name of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }
  return value === undefined ? '' : String(value);
}
