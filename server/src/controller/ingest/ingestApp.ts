/** The routes of the endpoint (see ingest/controllerWire.ts): who asks is found out first, then what is asked. */
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { problem, type Problem } from '../../../../contract';
import { ConfirmTold, type ToldMirror, type ToldMirrors } from '../../ingest/controllerWire';
import { readBody } from '../../http/readBody';
import { requestIdOf, requestLog, setRoute } from '../../http/requestLog';
import { validated } from '../../http/validation';
import type { Log } from '../../log';
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { ProblemError } from '../../problemError';
import { CallerLimits } from './callerLimits';
import type { Caller, Callers } from './callers';
import type { CallerMirrors } from './callerMirrors';
import type { IngestMetrics } from './ingestMetrics';
import { IngestRefusal } from './ingestRefusal';
import type { MirrorActions } from './mirrorActions';

/** How long an answer waits for the end of a transfer, ms: servers wait for ten seconds. */
const TRANSFER_MS = 8_000;
/** Of one pod; its server asks once in half a minute, and at once where a person wants it. */
const CALLS = { atOnce: 30, perMinute: 60 };
const ACTIONS = { atOnce: 5, perMinute: 10 };
/** Of one address: tokens that are not known yet. A whole hub can come from one, where a proxy is between. */
const REVIEWS = { atOnce: 1_200, perMinute: 3_000 };

const Key = z.string().regex(/^[0-9a-z-]{8,128}$/);
const Uuid = z.string().regex(/^[0-9a-f-]{36}$/);

export interface IngestAppOptions {
  readonly callers: Pick<Callers, 'of'>;
  readonly mirrors: Pick<CallerMirrors, 'list' | 'afterTransfer'>;
  readonly actions: Pick<MirrorActions, 'update' | 'cancel' | 'promote' | 'resync'>;
  readonly metrics: IngestMetrics;
  readonly log: Log;
}

type Answer = (caller: Caller, request: Request) => Promise<ToldMirror | ToldMirrors>;

export function ingestApp({ callers, mirrors, actions, metrics, log }: IngestAppOptions): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(requestLog(log));
  const calls = new CallerLimits(CALLS);
  const changes = new CallerLimits(ACTIONS);
  const reviews = new CallerLimits(REVIEWS);
  const limit = (limits: CallerLimits, key: string): void => {
    const waitMs = limits.take(key);
    if (waitMs > 0) {
      throw new IngestRefusal('rate', waitMs);
    }
  };
  const route = (pattern: string, status: number, answer: Answer): RequestHandler => {
    return async (request, response) => {
      setRoute(response, pattern);
      const address = request.socket.remoteAddress ?? '';
      const caller = await callers.of(request.get('Authorization'), () => limit(reviews, address));
      metrics.called(caller.pod.uid);
      limit(request.method === 'GET' ? calls : changes, caller.pod.uid);
      response.status(status).json(await answer(caller, request));
    };
  };
  const uuidOf = (request: Request): string => validated(Uuid, request.params['uuid'], 'path.uuid');
  const keyOf = (request: Request): string | null =>
    validated(Key.nullable(), request.get('Idempotency-Key') ?? null, 'header.idempotency-key');
  const confirmed = async (request: Request): Promise<ConfirmTold> =>
    validated(ConfirmTold, await readBody(request), 'body');

  app.get(
    '/v1/mirrors',
    route('/v1/mirrors', 200, (caller, { query }) =>
      query['wait'] === 'transfer'
        ? mirrors.afterTransfer(caller, AbortSignal.timeout(TRANSFER_MS))
        : mirrors.list(caller, query['anew'] === 'true')
    )
  );
  const [update, promote, resync] = ['update', 'promote', 'resync'].map(verb => `/v1/mirrors/:uuid/${verb}`) as [
    string,
    string,
    string
  ];
  app.post(
    update,
    route(update, 202, (caller, request) => actions.update(caller, uuidOf(request), keyOf(request)))
  );
  app.delete(
    update,
    route(update, 202, (caller, request) => actions.cancel(caller, uuidOf(request)))
  );
  app.post(
    promote,
    route(promote, 202, async (caller, request) => actions.promote(caller, uuidOf(request), await confirmed(request)))
  );
  app.post(
    resync,
    route(resync, 202, async (caller, request) => actions.resync(caller, uuidOf(request), await confirmed(request)))
  );
  app.use((_request, response) => {
    const parts = {
      detail: 'There is nothing at this address.',
      next: 'Compare the versions of server and controller.'
    };
    send(response, problem('route-not-found', parts), 404);
  });
  app.use(failed(metrics, log));
  return app;
}

/** The last handler. */
function failed(metrics: IngestMetrics, log: Log): express.ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const error =
      thrown instanceof KubernetesError ? new IngestRefusal('cluster', thrown.retryAfterMs, { cause: thrown }) : thrown;
    if (error instanceof IngestRefusal) {
      metrics.refused(error.reason);
      if (error.reason === 'cluster') {
        log.warn({ err: error.cause, requestId: requestIdOf(response) }, 'the cluster can’t be asked about a caller');
      }
      if (error.status === 401) {
        response.set('WWW-Authenticate', 'Bearer');
      }
      if (error.retryAfterMs !== null) {
        response.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)));
      }
      send(response, error.problem, error.status);
    } else if (error instanceof ProblemError) {
      send(response, error.problem, error.problem.status);
    } else if (error instanceof Error && 'status' in error && error.status === 400) {
      send(response, problem('invalid-request', { detail: 'The request can’t be read.', next: 'Correct it.' }), 400);
    } else {
      const requestId = requestIdOf(response);
      log.error({ err: error, requestId }, 'unexpected error');
      const detail = 'Something failed inside the controller while it answered this request.';
      const next = `Try again. If it stays, ask an admin to look for ${requestId} in the log of datamark-controller.`;
      send(response, problem('internal', { detail, next }), 500);
    }
  };
}

function send(response: Response, body: Problem, status: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const requestId = requestIdOf(response);
  response
    .status(status)
    .set('Content-Type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify({ ...body, requestId }));
}
