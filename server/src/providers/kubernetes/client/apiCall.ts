/** One call of the API: sent, tried again where that is safe, and its answer parsed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import { answeredError, mayTryAgain, unansweredError } from './apiFailure';
import { waitMs, type Pace } from './backOff';
import type { Connection } from './connection';
import { Deadline } from './deadline';
import { KubernetesError, type ApiRequest } from './kubernetesApi';

/** Tries of one call in all, also where the time would allow more. */
const MOST_TRIES = 5;

export interface CallOptions {
  readonly connection: Connection;
  /** Host and port, for messages. */
  readonly server: string;
  readonly pace: Pace;
  readonly timeoutMs: number;
}

/** Rejects with KubernetesError, within the time limit also where the server asks to wait longer. */
export async function callApi<T>(options: CallOptions, request: ApiRequest<T>): Promise<T> {
  const changesNothing = (request.method ?? 'GET') === 'GET';
  using deadline = new Deadline(request.timeoutMs ?? options.timeoutMs, request.signal);
  let earlier: KubernetesError | null = null;
  for (let tries = 1; ; tries++) {
    const outcome = await tryOnce(options, request, deadline);
    if ('value' in outcome) {
      return outcome.value;
    }
    const { error } = outcome;
    if (error.reason === 'ConnectTimeout' && earlier !== null) {
      // Cut off while connecting once more: why the tries before failed says more.
      throw earlier;
    }
    earlier = error;
    if (tries >= MOST_TRIES || !mayTryAgain(error, changesNothing)) {
      throw error;
    }
    const wait = waitMs(options.pace, tries, error.retryAfterMs);
    if (wait >= deadline.remainingMs) {
      throw error;
    }
    try {
      await delay(wait, undefined, { signal: deadline.signal });
    } catch (aborted) {
      throw unansweredError(aborted, options.server, deadline, options.connection.reached);
    }
  }
}

async function tryOnce<T>(
  { connection, server }: CallOptions,
  request: ApiRequest<T>,
  deadline: Deadline
): Promise<{ readonly value: T } | { readonly error: KubernetesError }> {
  let answer: Dispatcher.ResponseData;
  let text: string;
  try {
    answer = await connection.send({ ...request, signal: deadline.signal });
    text = await answer.body.text();
  } catch (thrown) {
    const { reached } = connection;
    if (deadline.over) {
      connection.retire();
    }
    return { error: unansweredError(thrown, server, deadline, reached) };
  }
  if (answer.statusCode < 200 || answer.statusCode > 299) {
    return { error: answeredError(answer.statusCode, answer.headers, text) };
  }
  return parseAnswer(request.schema, text, answer.statusCode, request.path);
}

/** What of the text was asked for; an answer of another shape is an error that names where it differs. */
function parseAnswer<T>(
  schema: z.ZodType<T>,
  text: string,
  status: number,
  path: string
): { readonly value: T } | { readonly error: KubernetesError } {
  const unexpected = (why: string, cause?: unknown): { readonly error: KubernetesError } => ({
    error: new KubernetesError(status, 'UnexpectedAnswer', `The answer for ${path} is not as expected: ${why}`, null, {
      cause
    })
  });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return unexpected('it is not JSON.', error);
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) {
    return { value: parsed.data };
  }
  const [issue] = parsed.error.issues;
  return unexpected(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`, parsed.error);
}
