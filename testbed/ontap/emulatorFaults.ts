// What can go wrong on the way to and in an ONTAP, switched on by a test for some requests.
import type { Request, Response } from 'express';
import { OntapError } from './ontapError';

/** What happens to a request instead of an answer. */
export type Fault =
  /** Answered with an error. 429 and 503 can say when to come again. */
  | { readonly status: number; readonly code?: string; readonly message?: string; readonly retryAfter?: string }
  /** Answered with that body, whatever it is. */
  | { readonly status: number; readonly text: string }
  /** Never answered. */
  | { readonly hang: true }
  /** The connection is cut: before anything was done, or instead of the answer. */
  | { readonly cut: 'before' | 'after' }
  /** Answered by something that is no ONTAP. */
  | { readonly notJson: true }
  /** Answered so many real milliseconds late. */
  | { readonly delayMs: number };

export interface FaultyRequests {
  /** Part of the path below /api, as `/snapmirror`; every path unless told. */
  readonly path?: string | undefined;
  /** Part of the query, as `start.index=` for all pages but the first; every query unless told. */
  readonly query?: string | undefined;
  readonly method?: string | undefined;
  /** Always unless told. */
  readonly times?: number | undefined;
}

const USUAL: Readonly<Record<number, { code: string; message: string }>> = {
  400: { code: '262197', message: 'The value is invalid.' },
  401: { code: '6691623', message: 'User is not authorized.' },
  403: { code: '6', message: 'not authorized for that command' },
  404: { code: '4', message: "entry doesn't exist" },
  405: { code: '3', message: 'Method not allowed' },
  409: { code: '13303822', message: 'Modification in progress.' },
  429: { code: '8585320', message: 'Too many requests.' },
  500: { code: '13303816', message: 'The state of the relationship is unknown. Retry.' },
  503: { code: '8585320', message: 'Service unavailable.' }
};

export class EmulatorFaults {
  private _scripted: { readonly fault: Fault; readonly which: FaultyRequests; left: number }[] = [];

  add(fault: Fault, which: FaultyRequests): void {
    this._scripted.push({ fault, which, left: which.times ?? Infinity });
  }

  /** From now on all goes well. Requests that hang go on hanging. */
  clear(): void {
    this._scripted = [];
  }

  /** What happens to that request; asking uses it up. */
  take({ method, path, originalUrl }: Pick<Request, 'method' | 'path' | 'originalUrl'>): Fault | null {
    const found = this._scripted.find(
      ({ which, left }) =>
        left > 0 &&
        (which.method ?? method) === method &&
        path.includes(which.path ?? '') &&
        originalUrl.includes(which.query ?? '')
    );
    if (found === undefined) {
      return null;
    }
    found.left -= 1;
    return found.fault;
  }
}

/** Answers the request as the fault says. */
export function answerFault(
  fault: Exclude<Fault, { delayMs: number } | { cut: 'after' }>,
  request: Request,
  response: Response,
  codes: 'string' | 'number'
): void {
  if ('hang' in fault) {
    return;
  }
  if ('cut' in fault) {
    request.socket.destroy();
    return;
  }
  if ('notJson' in fault) {
    response.status(200).type('html').send('<html><body>Please log in to the proxy.</body></html>');
    return;
  }
  if ('text' in fault) {
    response.status(fault.status).type('text').send(fault.text);
    return;
  }
  const { status, retryAfter } = fault;
  const { code, message } = { ...(USUAL[status] ?? { code: '1', message: 'internal error' }), ...definedOf(fault) };
  if (retryAfter !== undefined) {
    response.setHeader('retry-after', retryAfter);
  }
  response.status(status).json(new OntapError(status, code, message).body(codes));
}

function definedOf({ code, message }: { code?: string; message?: string }): { code?: string; message?: string } {
  return { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) };
}
