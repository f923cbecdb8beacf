/** Types that tie a feature's code to the route table: what a handler is given and what it must answer. */
import type { z } from 'zod';
import type { ROUTES, RouteName } from '../../../contract';

type Routes = typeof ROUTES;

/** Routes that answer with one JSON document; the event stream is registered on its own. */
export type JsonRouteName = Exclude<RouteName, 'events'>;

type ParamNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

type Parsed<Route, Part extends 'query' | 'body' | 'response'> = Route extends {
  readonly [P in Part]: infer Schema extends z.ZodType;
}
  ? z.infer<Schema>
  : undefined;

/** A request after validation. */
export interface RouteRequest<Name extends JsonRouteName> {
  readonly params: { readonly [P in ParamNames<Routes[Name]['path']>]: string };
  readonly query: Parsed<Routes[Name], 'query'>;
  readonly body: Parsed<Routes[Name], 'body'>;
  /** The client's Idempotency-Key as it came, or null. */
  readonly idempotencyKey: string | null;
  /** Names this request in the log and in problems. */
  readonly requestId: string;
}

/** Answers one route; throws ProblemError for everything that is the client's to know. */
export type RouteHandler<Name extends JsonRouteName> = (
  request: RouteRequest<Name>
) => Promise<Parsed<Routes[Name], 'response'>>;

/** One handler per JSON route. */
export type RouteHandlers = { readonly [Name in JsonRouteName]: RouteHandler<Name> };
