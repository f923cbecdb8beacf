// The schema that the API server enforces and the one that the product reads by say the same, field by field.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import { z } from 'zod';
import { GROUP } from './names';
import { RestoreSpec, RestoreStatus, RESTORE_API_VERSION, restorePath } from './volumeRestore';

interface Schema {
  type?: string | string[];
  enum?: string[];
  nullable?: boolean;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
}

interface Definition {
  metadata: { name: string };
  spec: {
    group: string;
    names: { plural: string };
    versions: { name: string; schema: { openAPIV3Schema: { properties: { spec: Schema; status: Schema } } } }[];
  };
}

const FILE = path.join(__dirname, '..', '..', '..', '..', 'deploy', 'crd', 'volumerestores.yaml');
const definition = load(readFileSync(FILE, 'utf8')) as Definition;
const [version] = definition.spec.versions;
const fields = version?.schema.openAPIV3Schema.properties;

/** What both must agree on; lengths, formats, rules and descriptions are the definition’s own. */
interface Shape {
  type: string | undefined;
  nullable: boolean;
  values: string[];
  required: string[];
  fields: Record<string, Shape>;
  items: Shape | null;
}

function shapeOf(schema: Schema): Shape {
  const some = schema.anyOf?.find(one => one.type !== 'null') ?? schema;
  const types = [some.type].flat();
  return {
    type: types.find(type => type !== 'null'),
    nullable: schema.nullable === true || types.includes('null') || schema.anyOf !== undefined,
    values: [...(some.enum ?? [])].sort(),
    required: [...(some.required ?? [])].sort(),
    fields: Object.fromEntries(Object.entries(some.properties ?? {}).map(([name, one]) => [name, shapeOf(one)])),
    items: some.items ? shapeOf(some.items) : null
  };
}

const read = (schema: z.ZodType) => shapeOf(z.toJSONSchema(schema, { io: 'input' }) as Schema);

test.each([
  ['spec', RestoreSpec],
  ['status', RestoreStatus]
] as const)('%s has the same fields in both', (part, schema) => {
  expect(fields && shapeOf(fields[part])).toEqual(read(schema));
});

test('both name it alike', () => {
  expect(`${definition.spec.group}/${version?.name}`).toBe(RESTORE_API_VERSION);
  expect(definition.metadata.name).toBe(`${definition.spec.names.plural}.${GROUP}`);
  expect(restorePath('ann')).toBe(`/apis/${RESTORE_API_VERSION}/namespaces/ann/${definition.spec.names.plural}`);
});

test('a field that only one of them has is noticed', () => {
  expect(read(RestoreSpec.extend({ more: z.string() }))).not.toEqual(read(RestoreSpec));
  expect(read(RestoreSpec.extend({ claimName: z.string().nullish() }))).not.toEqual(read(RestoreSpec));
});
