/**
 * Registers the contract's route table on express: validation before a handler, the answer after it,
 * 405 for a known address with another method, 404 for the rest.
 */
import type { Express, RequestHandler, Response } from 'express';
import { API_PREFIX, ROUTES, type Route } from '../../../contract';
import { ProblemError } from '../problemError';
import { readIdempotencyKey } from './operationKey';
import { readBody } from './readBody';
import { requestIdOf, setRoute } from './requestLog';
import type { JsonRouteName, RouteHandlers } from './routeHandler';
import { quoted, validated, validatedParams } from './validation';

export interface RegisterOptions {
  readonly handlers: RouteHandlers;
  readonly events: RequestHandler;
  /** Resolves when what is observed can be told; every route but `status` and `check` waits for it. */
  readonly ready: () => Promise<void>;
  /** Longest time a handler may take, in ms. */
  readonly answerDeadlineMs: number;
  /** Checks every answer against the contract: for tests and development. */
  readonly checkResponses: boolean;
}

/** A handler whose route is only known at run time; what it is given was parsed by that route's schemas. */
type ErasedHandler = (request: {
  params: Record<string, string>;
  query: unknown;
  body: unknown;
  idempotencyKey: string | null;
  requestId: string;
}) => Promise<unknown>;

/** These say why nothing can be observed, so they don't wait for it. */
const ANSWERS_AT_ONCE: ReadonlySet<JsonRouteName> = new Set(['status', 'check'] as const);

/** Adds every route, then 405 and 404. */
export function registerRoutes(app: Express, options: RegisterOptions): void {
  const methods = new Map<string, string[]>();
  for (const [name, route] of Object.entries(ROUTES) as [keyof typeof ROUTES, Route][]) {
    const path = API_PREFIX + route.path;
    methods.set(path, [...(methods.get(path) ?? []), route.method.toUpperCase()]);
    const note: RequestHandler = (_request, response, next) => {
      setRoute(response, route.path);
      next();
    };
    if (name === 'events') {
      app[route.method](path, note, options.events);
    } else {
      app[route.method](path, note, answer(name, route, options));
    }
  }
  for (const [path, allowed] of methods) {
    app.all(path, (request, response) => {
      response.set('Allow', allowed.join(', '));
      throw new ProblemError('method-not-allowed', {
        detail: `${quoted(request.method)} is not possible here.`,
        next: `Use ${allowed.join(' or ')}.`
      });
    });
  }
  app.use(request => {
    throw new ProblemError('route-not-found', {
      detail: `There is nothing at ${quoted(request.path)}.`,
      next: `Look into openapi.json for the addresses below ${API_PREFIX}.`
    });
  });
}

function answer(name: JsonRouteName, route: Route, options: RegisterOptions): RequestHandler {
  const handler = options.handlers[name] as ErasedHandler;
  return async (request, response) => {
    const query = route.query === undefined ? undefined : validated(route.query, request.query, 'query');
    const validRequest = {
      params: validatedParams(request.params),
      query,
      body: route.body === undefined ? undefined : validated(route.body, await readBody(request), 'body'),
      idempotencyKey: readIdempotencyKey(request.get('Idempotency-Key')),
      requestId: requestIdOf(response)
    };
    if (!ANSWERS_AT_ONCE.has(name)) {
      await options.ready();
    }
    const result = await withDeadline(handler(validRequest), options.answerDeadlineMs);
    const planned = route.dryRun !== undefined && (query as { dryRun?: boolean }).dryRun === true;
    if (options.checkResponses) {
      const checked = (planned ? route.dryRun : route.response)?.safeParse(result);
      if (checked?.success === false) {
        throw new Error(`The answer of ${name} does not keep the contract: ${checked.error.message}`);
      }
    }
    sendJson(response, planned ? 200 : route.status, result);
  };
}

function sendJson(response: Response, status: number, value: unknown): void {
  response.status(status).set('Content-Type', 'application/json; charset=utf-8').send(JSON.stringify(value));
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new ProblemError('sidecar-timeout', {
        detail: `Storage did not answer within ${Math.round(ms / 1000)} s. What was asked for may still happen.`,
        next: 'Look at the list before you ask again.'
      });
      reject(error);
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
