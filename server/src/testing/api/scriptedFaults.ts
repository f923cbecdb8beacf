/** What goes wrong on the API server stand-in, as a test has told it. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export type FaultEffect =
  /** The connection is cut before anything is done. */
  | { readonly kind: 'reset' }
  /** It is done, and the connection is cut instead of the answer. */
  | { readonly kind: 'reset after' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly reason?: string;
      readonly message?: string;
      /** Value of the header Retry-After. */
      readonly retryAfter?: string;
      /** Instead of a Status, as of a gateway. */
      readonly text?: string;
    }
  /** No answer, ever. */
  | { readonly kind: 'hang' };

export interface FaultMatch {
  readonly method?: string;
  /** Looked for in path and query. */
  readonly path?: RegExp;
  /** Whether of watches only, or of anything else only. */
  readonly watch?: boolean;
}

interface Fault {
  readonly match: FaultMatch;
  readonly effect: FaultEffect;
  left: number;
}

export class ScriptedFaults {
  #faults: Fault[] = [];

  add(match: FaultMatch, effect: FaultEffect, times: number): void {
    this.#faults.push({ match, effect, left: times });
  }

  clear(): void {
    this.#faults = [];
  }

  /** The first that fits, used up by one. */
  take(method: string, url: URL): FaultEffect | null {
    const isWatch = isWatchOf(url);
    const found = this.#faults.find(
      ({ left, match }) =>
        left > 0 &&
        (match.method === undefined || match.method === method) &&
        (match.path === undefined || match.path.test(url.pathname + url.search)) &&
        (match.watch === undefined || match.watch === isWatch)
    );
    if (found === undefined) {
      return null;
    }
    found.left--;
    return found.effect;
  }
}

export const isWatchOf = (url: URL): boolean => ['true', '1'].includes(url.searchParams.get('watch') ?? '');

/** Plays it where the request is not to be served; true then. */
export function playFault(effect: FaultEffect | null, request: IncomingMessage, response: ServerResponse): boolean {
  switch (effect?.kind) {
    case 'reset':
      request.socket.resetAndDestroy();
      return true;
    case 'hang':
      return true;
    case 'status': {
      const { status, reason = 'InternalError', message = 'a fault of the test', retryAfter, text } = effect;
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      const body =
        text ?? JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code: status });
      response.writeHead(status, { 'content-type': text === undefined ? 'application/json' : 'text/html', ...headers });
      response.end(body);
      return true;
    }
    case 'reset after':
    case undefined:
      return false;
  }
}
