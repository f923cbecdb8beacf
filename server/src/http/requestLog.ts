/** Names every request and writes one line about it when it ends. Paths are logged as patterns: names stay out of the log. */
import { randomBytes } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Log } from '../log';

interface RequestLocals {
  requestId?: string;
  route?: string;
}

const localsOf = (response: Response): RequestLocals => response.locals as RequestLocals;

/** The id given to the request that is answered here. */
export const requestIdOf = (response: Response): string => localsOf(response).requestId ?? '-';

/** Says which route took the request, for its line in the log. */
export function setRoute(response: Response, pattern: string): void {
  localsOf(response).route = pattern;
}

/** Reads are logged at `debug`, changes and refusals at `info`, failures of ours at `error`. */
export function requestLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const begun = performance.now();
    const id = randomBytes(6).toString('hex');
    localsOf(response).requestId = id;
    response.set({ 'X-Request-Id': id, 'Cache-Control': 'no-store' });
    response.once('close', () => {
      const { statusCode: status } = response;
      const line = {
        id,
        method: request.method,
        route: localsOf(response).route ?? null,
        status,
        ms: Math.round(performance.now() - begun),
        ...(response.writableFinished ? {} : { aborted: true })
      };
      const level = status >= 500 ? 'error' : request.method === 'GET' && status < 400 ? 'debug' : 'info';
      log[level](line, 'request');
    });
    next();
  };
}
