/** Turns whatever was thrown into problem details. What is not a ProblemError and not a bad request is a defect. */
import type { ErrorRequestHandler, Response } from 'express';
import { problem, type Problem } from '../../../contract';
import type { Log } from '../log';
import { ProblemError } from '../problemError';
import { requestIdOf } from './requestLog';

/** Largest request body, in bytes. */
export const BODY_MAX_BYTES = 64 * 1024;

/** The problem for something thrown; `internal`, and logged with its stack, when it was not meant to be thrown. */
export function problemOf(thrown: unknown, requestId: string, log: Log): Problem {
  if (thrown instanceof ProblemError) {
    return { ...thrown.problem, requestId };
  }
  const refused = refusedByExpress(thrown);
  if (refused !== null) {
    return { ...refused, requestId };
  }
  log.error({ err: thrown, requestId }, 'unexpected error');
  const internal = problem('internal', {
    detail: 'Something failed inside Datamark while it answered this request.',
    next: `Try again. If it stays, look for ${requestId} in the log of the Jupyter server.`
  });
  return { ...internal, requestId };
}

/** Errors of express and of its body parser carry `type` or `status` (http-errors). */
function refusedByExpress(thrown: unknown): Problem | null {
  if (!(thrown instanceof Error)) {
    return null;
  }
  const { type, status } = thrown as { type?: unknown; status?: unknown };
  if (type === 'entity.too.large') {
    return problem('request-too-large', {
      detail: `A request has at most ${BODY_MAX_BYTES} bytes.`,
      next: 'Shorten the title or the note and send it again.'
    });
  }
  if (type === 'entity.parse.failed') {
    return problem('invalid-request', {
      detail: 'The request’s body is not JSON.',
      next: 'Send a JSON object with Content-Type: application/json.'
    });
  }
  if (thrown instanceof URIError || (typeof status === 'number' && status >= 400 && status < 500)) {
    return problem('invalid-request', {
      detail: 'The request can’t be read.',
      next: 'Send a JSON object with Content-Type: application/json, not compressed, to an address of the API.'
    });
  }
  return null;
}

/** Sends a problem. */
export function sendProblem(response: Response, answer: Problem): void {
  response
    .status(answer.status)
    .set('Content-Type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(answer));
}

/** The last handler: answers what the others threw. */
export function problemHandler(log: Log): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const answer = problemOf(thrown, requestIdOf(response), log);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    sendProblem(response, answer);
  };
}
