/** openapi.json: not stale, complete, and read the same way by a validator that knows nothing of zod. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { version } from '../package.json';
import {
  sampleClone,
  sampleOperation,
  sampleRestore,
  sampleSnapshot,
  sampleVolume
} from '../server/src/testing/sampleObjects';
import { openapi, openapiText } from './openapi';
import { problem } from './problem';
import { ROUTES, type Route } from './routes';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly required: boolean };
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, unknown>> }>>;
  readonly 'x-stream'?: true;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const text = readFileSync(join(__dirname, 'openapi.json'), 'utf8');
const document = JSON.parse(text) as Document;
const operations = new Map(
  Object.values(document.paths)
    .flatMap(item => Object.values(item))
    .map(operation => [operation.operationId, operation])
);

it('is as the contract says now (else: npm run openapi)', () => {
  expect(text).toBe(openapiText(version));
});

it('is the same each time', () => {
  expect(openapi(version)).toEqual(openapi(version));
});

it('has every route with its parameters, body and answers', () => {
  const described = (Object.entries(ROUTES) as [string, Route][]).map(([name, route]) => {
    const operation = operations.get(name);
    const at = (place: string): string[] =>
      (operation?.parameters ?? []).filter(parameter => parameter.in === place).map(parameter => parameter.name);
    expect(document.paths[route.path.replaceAll(/:([a-z]+)/g, '{$1}')]?.[route.method]).toBe(operation);
    expect(at('path')).toEqual([...route.path.matchAll(/:([a-z]+)/g)].map(([, parameter]) => parameter));
    expect(operation?.requestBody !== undefined).toBe(route.body !== undefined);
    expect(operation?.['x-stream']).toBe(route.stream);
    return [name, ...Object.keys(operation?.responses ?? {}), ...at('query'), ...at('header')];
  });
  expect(described).toContainEqual([
    'listSnapshots',
    '200',
    'default',
    ...['cursor', 'skip', 'limit', 'q', 'from', 'to', 'timeZone']
  ]);
  expect(described).toContainEqual(['deleteSnapshot', '200', '202', 'default', 'uid', 'dryRun', 'force']);
  expect(described).toContainEqual(['createSnapshot', '202', 'default', 'Idempotency-Key']);
  expect(described).toContainEqual(['events', '200', 'default', 'Last-Event-ID']);
});

it('demands a body only where something in it is required', () => {
  const required = (name: string): boolean | undefined => operations.get(name)?.requestBody?.required;
  expect([required('createSnapshot'), required('createRestore')]).toEqual([false, true]);
});

describe('its schemas', () => {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats(ajv);
  ajv.addSchema(document, 'datamark');
  const validate = (schema: string, value: unknown): boolean =>
    ajv.validate({ $ref: `datamark#/components/schemas/${schema}` }, value);

  it('refer to nothing that is not there', () => {
    const references = [...text.matchAll(/"\$ref": "#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '');
    expect(references.filter(name => !(name in document.components.schemas))).toEqual([]);
    expect(references.length).toBeGreaterThan(50);
  });

  it.each(Object.keys(document.components.schemas))('%s can be compiled', name => {
    expect(() => ajv.compile({ $ref: `datamark#/components/schemas/${name}` })).not.toThrow();
  });

  it.each([
    ['Volume', sampleVolume()],
    ['Snapshot', sampleSnapshot()],
    ['Clone', sampleClone()],
    ['Restore', sampleRestore()],
    ['Operation', sampleOperation()],
    ['Problem', problem('internal', { detail: 'a', next: 'b' })],
    ['ServerEvent', { type: 'upsert', revision: 1, object: sampleSnapshot() }],
    ['CreateSnapshot', {}]
  ])('%s takes a whole one and refuses one with a wrong part', (name, value) => {
    expect([name, validate(name, value), ajv.errors]).toEqual([name, true, null]);
    const [field = 'note'] = Object.keys(value);
    expect(validate(name, { ...value, [field]: { wrong: true } })).toBe(false);
  });
});
