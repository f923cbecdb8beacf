/** Sends the requests of the contract over the Jupyter server, and reads the answers at the border. No state, no retry. */
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { z } from 'zod';
import { ROUTES, type RouteName } from '../../contract';
import { ApiProblem } from './apiProblem';
import { makeUrl, type RouteParameters, type RouteQuery } from './makeUrl';

/** No answer after this long counts as none, in ms. A cold start of the sidecar is well below it. */
const REQUEST_DEADLINE = 30_000;

/** What belongs to a request beside its route. */
export interface RequestParts {
  readonly query?: RouteQuery;
  readonly body?: unknown;
  /** Idempotency key: repeating the request with it makes nothing twice. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

export interface RequestsOptions {
  readonly serverSettings: ServerConnection.ISettings;
  readonly trans: TranslationBundle;
}

/** Every request is sent here. Rejects with ApiProblem, or with the caller's own abort. */
export class Requests {
  private readonly settings: ServerConnection.ISettings;
  private readonly trans: TranslationBundle;

  constructor(options: RequestsOptions) {
    this.settings = options.serverSettings;
    this.trans = options.trans;
  }

  /** One JSON document. */
  async ask<N extends RouteName, S extends z.ZodType>(
    route: N,
    parameters: RouteParameters<N>,
    schema: S,
    parts: RequestParts
  ): Promise<z.output<S>> {
    const deadline = AbortSignal.timeout(REQUEST_DEADLINE);
    const signal = parts.signal === undefined ? deadline : AbortSignal.any([parts.signal, deadline]);
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (parts.body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    if (parts.key !== undefined) {
      headers['Idempotency-Key'] = parts.key;
    }
    const response = await this.send(route, parameters, signal, parts, headers);
    return this.parse(route, schema, await this.json(route, response));
  }

  /** The answer as it comes, for a stream. */
  async send<N extends RouteName>(
    route: N,
    parameters: RouteParameters<N>,
    signal: AbortSignal,
    parts: RequestParts,
    headers: Record<string, string>
  ): Promise<Response> {
    const init: RequestInit = { method: ROUTES[route].method.toUpperCase(), headers, signal };
    if (parts.body !== undefined) {
      init.body = JSON.stringify(parts.body);
    }
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(
        makeUrl(this.settings.baseUrl, route, parameters, parts.query),
        init,
        this.settings
      );
    } catch (error) {
      // The caller's own abort stays an abort; everything else is "no answer".
      parts.signal?.throwIfAborted();
      throw error instanceof ApiProblem ? error : ApiProblem.unreachable(this.trans);
    }
    if (!response.ok) {
      throw await ApiProblem.refused(response, this.trans);
    }
    return response;
  }

  private async json(route: RouteName, response: Response): Promise<unknown> {
    let text: string;
    try {
      text = await response.text();
    } catch {
      throw ApiProblem.unreachable(this.trans);
    }
    const value = jsonOf(text);
    if (value === undefined && response.headers.get('content-type')?.startsWith('text/html') === true) {
      throw ApiProblem.page(this.trans);
    }
    if (value === undefined) {
      throw ApiProblem.malformed(this.trans, `${ROUTES[route].path}: not JSON`);
    }
    return value;
  }

  /** A value as the contract says. */
  parse<S extends z.ZodType>(route: RouteName, schema: S, value: unknown): z.output<S> {
    const parsed = schema.safeParse(value);
    if (parsed.success) {
      return parsed.data;
    }
    const [first] = parsed.error.issues;
    const where = (first?.path ?? [])
      .map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
      .join('');
    throw ApiProblem.malformed(
      this.trans,
      `${ROUTES[route].path}: ${where.replace(/^\./, '')}: ${first?.message ?? ''}`
    );
  }
}

/** The parsed text, or undefined where it is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
