/**
 * The OpenAPI 3.1 description, made from the route table and nothing else. Pure: the same table gives the same text.
 * `scripts/writeOpenapi.mjs` writes it to `openapi.json`; the Jupyter server relays only what that file lists.
 */
import { z } from 'zod';
import { Problem } from './problem';
import { API_PREFIX, ROUTES, type Route, type RouteName } from './routes';
import { API_MAJOR, API_MINOR, Status } from './status';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
type JsonObject = { readonly [key: string]: Json | undefined };
type Direction = 'input' | 'output';

/** Reference to a component schema by its id. */
const schemaRef = (id: string): string => `#/components/schemas/${id}`;

/** Gathers component schemas by id while the paths are written. */
class Components {
  private readonly schemas = new Map<string, JsonObject>();

  /** The schema for use in place; every part with an id becomes a component. */
  use(type: z.ZodType, io: Direction): JsonObject {
    const { $defs, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'throw' }) as JsonObject & {
      $defs?: Readonly<Record<string, JsonObject>>;
    };
    for (const [id, part] of Object.entries($defs ?? {})) {
      this.add(id, part);
    }
    return inComponents(without(schema, '$schema')) as JsonObject;
  }

  private add(id: string, schema: JsonObject): void {
    const next = inComponents(without(schema, 'id')) as JsonObject;
    const before = this.schemas.get(id);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(next)) {
      throw new Error(`The schema ${id} reads differently in requests and in responses: give each its own id.`);
    }
    this.schemas.set(id, next);
  }

  /** All gathered schemas, by id in alphabetical order. */
  sorted(): JsonObject {
    return Object.fromEntries([...this.schemas].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

const without = (schema: JsonObject, key: string): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));

/** The same value with references to `$defs` turned into references to components. */
function inComponents(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) {
    return value.map(item => inComponents(item) ?? null);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) =>
      key === '$ref' && typeof part === 'string'
        ? [key, part.replace(/^#\/\$defs\//, schemaRef(''))]
        : [key, inComponents(part as Json)]
    )
  );
}

const PARAMETER = /:([a-z]+)/g;

function parameters(route: Route, components: Components): JsonObject[] {
  const inPath = [...route.path.matchAll(PARAMETER)].map(([, name]) => ({
    name: name ?? '',
    in: 'path',
    required: true,
    schema: { $ref: schemaRef('ObjectName') }
  }));
  const inQuery = Object.entries(queryFields(route)).map(([name, field]) => ({
    name,
    in: 'query',
    required: !field.safeParse(undefined).success,
    schema: components.use(field, 'input')
  }));
  const inHeader: JsonObject[] = [];
  if (route.method === 'post') {
    inHeader.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'Repeating a request with the same key gives the object that was made the first time.',
      schema: { type: 'string', minLength: 8, maxLength: 128, pattern: '^[\\x21-\\x7e]+$' }
    });
  }
  if (route.stream === true) {
    inHeader.push({
      name: 'Last-Event-ID',
      in: 'header',
      required: false,
      description: 'The `id` of the last event seen; the stream resumes behind it.',
      schema: { type: 'string' }
    });
  }
  return [...inPath, ...inQuery, ...inHeader];
}

function queryFields({ path, query }: Route): Readonly<Record<string, z.ZodType>> {
  if (query === undefined) {
    return {};
  }
  if (!(query instanceof z.ZodObject)) {
    throw new Error(`The query of ${path} is not an object.`);
  }
  return query.shape as Record<string, z.ZodType>;
}

const json = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } });

/** What a route answers when all is well: with `dryRun` the plan (200), else the object. */
function successes(route: Route, components: Components): JsonObject {
  const described = { 200: 'Done', 202: 'Accepted: observe the object' };
  if (route.stream === true) {
    const schema = components.use(route.response, 'output');
    return {
      200: {
        description: 'Server-sent events; `data` of each is one ServerEvent.',
        content: { 'text/event-stream': { schema: { type: 'string' }, 'x-event-schema': schema } }
      }
    };
  }
  const { dryRun } = route;
  if (dryRun === undefined) {
    const content = json(components.use(route.response, 'output'));
    return { [route.status]: { description: described[route.status], content } };
  }
  const options = route.response instanceof z.ZodUnion ? route.response.options : [];
  const done = options.find(option => option !== dryRun);
  if (done === undefined) {
    throw new Error(`${route.path}: a route with dryRun answers with a union of the plan and the object.`);
  }
  return {
    200: { description: 'With `dryRun`: the plan', content: json(components.use(dryRun, 'output')) },
    [route.status]: { description: described[route.status], content: json(components.use(done as z.ZodType, 'output')) }
  };
}

/** A body in which everything is optional may be left out. */
function requestBody({ body }: Route, components: Components): JsonObject {
  return body === undefined
    ? {}
    : { requestBody: { required: !body.safeParse({}).success, content: json(components.use(body, 'input')) } };
}

function operation(name: RouteName, route: Route, components: Components): JsonObject {
  return {
    operationId: name,
    summary: route.summary,
    parameters: parameters(route, components),
    ...requestBody(route, components),
    responses: { ...successes(route, components), default: { $ref: '#/components/responses/Problem' } },
    ...(route.stream === true ? { 'x-stream': true } : {})
  };
}

/** The whole document as an object. */
export function openapi(version: string): JsonObject {
  const components = new Components();
  components.use(Status, 'output');
  components.use(Problem, 'output');
  const paths: { [path: string]: { [method: string]: Json } } = {};
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const path = route.path.replaceAll(PARAMETER, '{$1}');
    (paths[path] ??= {})[route.method] = operation(name, route, components) as Json;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Datamark',
      version,
      description: `Generated by \`npm run openapi\` from contract/routes.ts. API ${API_MAJOR}.${API_MINOR}.`,
      license: { name: 'BSD-3-Clause', identifier: 'BSD-3-Clause' }
    },
    servers: [{ url: API_PREFIX }],
    paths,
    components: {
      schemas: components.sorted(),
      responses: {
        Problem: {
          description: 'Any error, as problem details (RFC 9457)',
          content: { 'application/problem+json': { schema: { $ref: schemaRef('Problem') } } }
        }
      }
    }
  };
}

/** The document as it stands in `openapi.json`. */
export const openapiText = (version: string): string => `${JSON.stringify(openapi(version), null, 2)}\n`;
