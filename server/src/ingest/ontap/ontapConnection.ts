/**
 * One call to an ONTAP: address, credentials, deadline, and its failure in kinds. Credentials go to the configured address
 * alone: redirects are refused, and no proxy is used. Connections are made anew when a certificate’s file has changed.
 */
import { Agent, type Dispatcher } from 'undici';
import type { z } from 'zod';
import { readCredentials, type OntapCredentials } from './ontapCredentials';
import { OntapError } from './ontapError';
import { failureOf, unansweredError } from './ontapFailure';
import type { OntapSettings } from './ontapSettings';

/** Of an answer no more is read, bytes: a page of 500 relationships has some 500 KB. */
const LARGEST_ANSWER = 32 << 20;
/** Timers can come so much before their time. */
const TIMERS_EARLY_MS = 5;
/** Connections at a time. */
const CONNECTIONS = 4;

export interface OntapCall<T> {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Below `/api`, for example `/cluster`; segments are encoded already. It may hold a query of ONTAP’s own. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly schema: z.ZodType<T>;
  readonly signal?: AbortSignal;
}

/** What the schema took of an answer, and when it was given. */
export interface OntapAnswered<T> {
  readonly value: T;
  /** Date of the answer by the storage’s clock; null: it told none. */
  readonly toldAt: Date | null;
}

interface Way {
  readonly key: string;
  readonly dispatcher: Agent;
}

export class OntapConnection {
  readonly #settings: OntapSettings;
  readonly #userAgent: string;
  #way: Way | null = null;
  /** ONTAP wants to be left alone until then, by `performance.now()`. */
  #notBefore = -Infinity;

  constructor({ settings, userAgent }: { settings: OntapSettings; userAgent: string }) {
    this.#settings = settings;
    this.#userAgent = userAgent;
  }

  /** Throws OntapError, or the reason of the signal. */
  async call<T>({ method = 'GET', path, query = {}, body, schema, signal }: OntapCall<T>): Promise<OntapAnswered<T>> {
    const { address, name: storage, timeoutMs } = this.#settings;
    this.#mustBeAllowed(storage);
    const url = new URL(`/api${path}`, address);
    for (const [key, value] of Object.entries(query)) {
      url.searchParams.set(key, value);
    }
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const credentials = await readCredentials(this.#settings);
      const answer = await this.#connect(credentials).request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: this.#headers(credentials, body !== undefined),
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
        // The deadline covers the whole call.
        headersTimeout: 0,
        bodyTimeout: 0
      });
      const text = await this.#textOf(answer.body);
      const { statusCode: status, headers } = answer;
      if (status < 200 || status > 299) {
        const asked = { storage, method, path: url.pathname.slice('/api'.length) };
        throw this.#heeded(failureOf(asked, { status, headers, text }));
      }
      return { value: this.#taken(text, schema, method), toldAt: dateOf(headers['date']) };
    } catch (thrown) {
      signal?.throwIfAborted();
      throw unansweredError(storage, thrown, deadline.aborted, timeoutMs);
    }
  }

  async dispose(): Promise<void> {
    await this.#way?.dispatcher.destroy();
    this.#way = null;
  }

  /** Whatever is asked next waits, too, be it a poll or a person. */
  #heeded(error: OntapError): OntapError {
    if (error.retryAfterMs !== null) {
      this.#notBefore = performance.now() + error.retryAfterMs;
    }
    return error;
  }

  #mustBeAllowed(storage: string): void {
    const retryAfterMs = this.#notBefore - performance.now();
    if (retryAfterMs > TIMERS_EARLY_MS) {
      const message = `${storage} asked to be called less often, so nothing was sent.`;
      throw new OntapError('rate-limited', message, { retryAfterMs });
    }
  }

  #headers({ authorization }: OntapCredentials, hasBody: boolean): Record<string, string> {
    return {
      // With links, so that pages can be followed.
      accept: 'application/hal+json',
      'user-agent': this.#userAgent,
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(authorization === null ? {} : { authorization })
    };
  }

  #connect({ tls, tlsKey }: OntapCredentials): Agent {
    if (this.#way?.key !== tlsKey) {
      // What is under way on the old connections comes to its end.
      this.#way?.dispatcher.close().catch(() => undefined);
      const connect = { ...tls, rejectUnauthorized: true, timeout: this.#settings.timeoutMs };
      this.#way = { key: tlsKey, dispatcher: new Agent({ connect, connections: CONNECTIONS }) };
    }
    return this.#way.dispatcher;
  }

  async #textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > LARGEST_ANSWER) {
        throw this.#unexpected('its answer is too large');
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }

  #taken<T>(text: string, schema: z.ZodType<T>, method: string): T {
    let document: unknown;
    try {
      // A change that has nothing to tell is answered without a body.
      document = text.trim() === '' && method !== 'GET' ? {} : JSON.parse(text);
    } catch {
      throw this.#unexpected('it sent no JSON');
    }
    const parsed = schema.safeParse(document);
    if (!parsed.success) {
      const [fault] = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      throw this.#unexpected(fault ?? 'the answer is another one');
    }
    return parsed.data;
  }

  #unexpected(why: string): OntapError {
    const { name } = this.#settings;
    return new OntapError('unexpected-answer', `What answers as ${name} does not answer as ONTAP does: ${why}.`);
  }
}

function dateOf(header: string | string[] | undefined): Date | null {
  const told = new Date(String(header));
  return Number.isNaN(told.getTime()) ? null : told;
}
