/** Turns whatever was thrown into problem details. What is not a ProblemError and not a bad request is a defect. */
import type { ErrorRequestHandler, Response } from 'express';
import { problem, type Problem } from '../../../contract';
import type { Log } from '../log';
import { ProblemError } from '../problemError';
import { requestIdOf } from './requestLog';

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

/** Errors of express, for example a path that can't be decoded, carry `status` (http-errors). */
function refusedByExpress(thrown: unknown): Problem | null {
  const status: unknown = thrown instanceof Error && 'status' in thrown ? thrown.status : undefined;
  if (typeof status !== 'number' || status < 400 || status > 499) {
    return null;
  }
  return problem('invalid-request', {
    detail: 'The request can’t be read.',
    next: 'Look into openapi.json for the addresses of the API.'
  });
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
