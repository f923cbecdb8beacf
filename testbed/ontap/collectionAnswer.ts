// A list as ONTAP answers it: chosen fields, filters, order, pages with a link to the next; and one record of it.
import type { Request } from 'express';
import { OntapError } from './ontapError';
import { orderOf, passesFilter } from './recordFilter';

type Row = Record<string, unknown>;
/** What a query may say besides filters. */
const RESERVED = new Set([
  'fields',
  'max_records',
  'order_by',
  'return_records',
  'return_timeout',
  'start.index',
  'list_destinations_only',
  'ignore_unknown_fields'
]);
/** ONTAP's own. */
const MOST_RECORDS = 10_000;

export interface Collection {
  /** Of the list, without query. */
  readonly path: string;
  /** Told even where nobody asks. */
  readonly identifiers: readonly string[];
  /** Every field that there can be, top level; a filter on or wish for another is an error. */
  readonly fields: readonly string[];
  /** In the order of their sequence, which never goes back. */
  readonly rows: Iterable<{ readonly sequence: number; readonly row: () => Row }>;
}

/** The answer to a GET of the list. `pageLimit`: most records of a page, whatever is asked for. */
export function collectionAnswer(request: Request, collection: Collection, pageLimit = MOST_RECORDS): object {
  const query = new URL(request.originalUrl, 'https://ontap').searchParams;
  const filters = [...query].filter(([key]) => !RESERVED.has(key));
  const fields = [...wishedFields(query), ...filters.map(([key]) => key), ...collection.identifiers];
  checkFields(fields, collection);
  const size = Math.min(positive(query, 'max_records', pageLimit), pageLimit);
  const from = Number(query.get('start.index') ?? 0);
  const order = query.get('order_by');
  const page: Row[] = [];
  let next: number | null = null;
  for (const { sequence, row } of order === null ? collection.rows : ordered(collection.rows, order)) {
    if (sequence < from) {
      continue;
    }
    const told = row();
    if (filters.every(([key, wanted]) => passesFilter(told, key, wanted))) {
      if (page.length === size) {
        next = sequence;
        break;
      }
      page.push(withLink(chosen(told, fields), told, collection.path, request));
    }
  }
  return {
    ...(query.get('return_records') === 'false' ? {} : { records: page }),
    num_records: page.length,
    ...links(request, query, next)
  };
}

/** The answer to a GET of one: everything that costs little, unless fields are asked for. */
export function oneAnswer(request: Request, row: Row, collection: Omit<Collection, 'rows'>): object {
  const query = new URL(request.originalUrl, 'https://ontap').searchParams;
  const wished = wishedFields(query);
  const fields = [...(wished.length === 0 ? ['*'] : wished), ...collection.identifiers];
  checkFields(fields, collection);
  return withLink(chosen(row, fields), row, collection.path, request);
}

/** Whether the client asks for links: it does unless it accepts plain JSON only. */
export function wantsLinks(request: Request): boolean {
  const accept = request.headers.accept ?? '*/*';
  return accept.includes('hal+json') || accept.includes('*/*');
}

function links(request: Request, query: URLSearchParams, next: number | null): object {
  const following = new URLSearchParams(query);
  following.set('start.index', String(next));
  const path = request.originalUrl.split('?')[0] ?? '';
  const found = {
    ...(wantsLinks(request) ? { self: { href: request.originalUrl } } : {}),
    ...(next === null ? {} : { next: { href: `${path}?${following.toString()}` } })
  };
  return Object.keys(found).length === 0 ? {} : { _links: found };
}

function withLink(answer: Row, row: Row, path: string, request: Request): Row {
  const key = String(row.uuid ?? row.name ?? '');
  return wantsLinks(request) ? { ...answer, _links: { self: { href: `${path}/${key}` } } } : answer;
}

function wishedFields(query: URLSearchParams): string[] {
  return query
    .getAll('fields')
    .flatMap(fields => fields.split(','))
    .filter(field => field !== '');
}

function checkFields(fields: readonly string[], { fields: known }: Pick<Collection, 'fields'>): void {
  for (const field of fields) {
    const top = field.split('.')[0] ?? '';
    if (!field.startsWith('*') && !known.includes(top)) {
      throw new OntapError(400, '262197', `The value "${field}" is invalid for field "fields" (<field,...>)`, 'fields');
    }
  }
}

function chosen(row: Row, fields: readonly string[]): Row {
  if (fields.includes('*') || fields.includes('**')) {
    return row;
  }
  const result: Row = {};
  fields.forEach(field => copyField(row, result, field.split('.')));
  return result;
}

function copyField(from: Row, to: Row, [key = '', ...rest]: readonly string[]): void {
  const value = from[key];
  if (value === undefined) {
    return;
  }
  if (rest.length === 0 || typeof value !== 'object' || value === null) {
    to[key] = value;
    return;
  }
  if (Array.isArray(value)) {
    to[key] = value;
    return;
  }
  const inside = { ...(to[key] as Row | undefined) };
  copyField(value as Row, inside, rest);
  to[key] = inside;
}

// Pages of an ordered list follow their place in that order.
function ordered(rows: Collection['rows'], order: string): { sequence: number; row: () => Row }[] {
  const [path = '', direction = 'asc'] = order.trim().split(/\s+/);
  const keyed = [...rows].map(({ row }) => {
    const told = row();
    return { told, key: path.split('.').reduce<unknown>((node, part) => (node as Row | undefined)?.[part], told) };
  });
  const text = (key: unknown) => (typeof key === 'number' || typeof key === 'boolean' ? key : String(key ?? ''));
  keyed.sort((one, other) => orderOf(text(one.key), text(other.key)) * (direction === 'desc' ? -1 : 1));
  return keyed.map(({ told }, sequence) => ({ sequence, row: () => told }));
}

function positive(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  const value = text === null ? otherwise : Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new OntapError(400, '262197', `The value "${text ?? ''}" is invalid for field "${name}"`, name);
  }
  return value;
}
