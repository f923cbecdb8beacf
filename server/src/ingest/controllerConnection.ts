/**
 * One call to `datamark-controller`: HTTPS to the one authority that is pinned, the token of the pod, a deadline. The token goes
 * to the configured address alone: redirects are not followed, proxies are not used.
 */
import { readFile } from 'node:fs/promises';
import { Agent, type Dispatcher } from 'undici';
import type { z } from 'zod';
import { ProblemError } from '../problemError';
import { retryAfterMs } from '../retryAfter';
import { noAnswer, notUnderstood, refused, tooLate, unreadableFile } from './controllerFailure';
import type { ControllerAddress } from './ingestSettings';

/** In bytes: all mirrors of one server with their history are far smaller. */
const LARGEST_ANSWER = 4 << 20;
const KEEP_ALIVE_MS = 5_000;
/** What a header can carry. */
const TOKEN = /^[\x21-\x7e]+$/;

export interface ControllerCall<T> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** From the root, segments encoded. */
  readonly path: string;
  readonly body?: unknown;
  /** null: the call may be carried out as often as it is sent. */
  readonly idempotencyKey?: string | null;
  readonly schema: z.ZodType<T>;
}

export interface ControllerConnectionOptions {
  readonly address: ControllerAddress;
  readonly userAgent: string;
  /** Of one call, in ms. */
  readonly timeoutMs: number;
  /** The controller asked to wait so long before it is asked again, in ms. */
  readonly askedToWait: (ms: number) => void;
}

export class ControllerConnection {
  /** For messages: scheme, host and port. */
  readonly server: string;
  readonly #options: ControllerConnectionOptions;
  #agent: { readonly ca: string; readonly dispatcher: Agent } | null = null;

  constructor(options: ControllerConnectionOptions) {
    this.#options = options;
    this.server = new URL(options.address.url).origin;
  }

  /** Rejects with ProblemError alone. */
  async call<T>({ method, path, body, idempotencyKey = null, schema }: ControllerCall<T>): Promise<T> {
    const { timeoutMs, userAgent, askedToWait, address } = this.#options;
    const token = await textIn(address.tokenFile, 'the token');
    if (!TOKEN.test(token)) {
      throw unreadableFile(address.tokenFile, 'the token', 'it holds none');
    }
    const dispatcher = this.#connect(await textIn(address.caFile, 'the authority of the controller'));
    const signal = AbortSignal.timeout(timeoutMs);
    let answer: Dispatcher.ResponseData;
    let text: string;
    try {
      answer = await dispatcher.request({
        origin: this.server,
        path,
        method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token}`,
          'user-agent': userAgent,
          ...(idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' })
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal,
        // The signal covers the whole call.
        headersTimeout: 0,
        bodyTimeout: 0
      });
      text = await this.#textOf(answer.body);
    } catch (thrown) {
      if (thrown instanceof ProblemError) {
        throw thrown;
      }
      throw signal.aborted ? tooLate(this.server, timeoutMs, thrown) : noAnswer(this.server, codeOf(thrown), thrown);
    }
    const wait = retryAfterMs(answer.headers['retry-after']);
    if (answer.statusCode === 429 || (answer.statusCode === 503 && wait !== null)) {
      askedToWait(wait ?? 0);
    }
    return this.#taken(answer.statusCode, text, schema);
  }

  async dispose(): Promise<void> {
    await this.#agent?.dispatcher.destroy();
    this.#agent = null;
  }

  #taken<T>(status: number, text: string, schema: z.ZodType<T>): T {
    const document = jsonOf(text);
    if (status < 200 || status > 299) {
      throw refused(this.server, status, document);
    }
    if (document === undefined) {
      throw notUnderstood(this.server, 'it sent no JSON');
    }
    const read = schema.safeParse(document);
    if (!read.success) {
      const [issue] = read.error.issues;
      throw notUnderstood(this.server, `${issue?.path.join('.') ?? 'all'}: ${issue?.message ?? 'not as known'}`);
    }
    return read.data;
  }

  /** Throws where it is larger than expected. */
  async #textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > LARGEST_ANSWER) {
        throw notUnderstood(this.server, 'its answer is too large');
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }

  /** An authority that was replaced takes effect with the next call. */
  #connect(ca: string): Agent {
    if (this.#agent?.ca !== ca) {
      void this.#agent?.dispatcher.close();
      const { timeoutMs } = this.#options;
      const dispatcher = new Agent({ keepAliveTimeout: KEEP_ALIVE_MS, connect: { ca, timeout: timeoutMs } });
      this.#agent = { ca, dispatcher };
    }
    return this.#agent.dispatcher;
  }
}

const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function textIn(file: string, what: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw unreadableFile(file, what, codeOf(error) || 'unreadable');
  }
}
