/**
 * One call to an MLflow server: address, credentials, deadline, and its failure in kinds. Credentials go to the configured
 * server alone: redirects are not followed, they are told. Proxies are those of the environment, as for MLflow's own client.
 */
import { readFile } from 'node:fs/promises';
import { EnvHttpProxyAgent, type Dispatcher } from 'undici';
import type { z } from 'zod';
import { failureOf } from './mlflowFailures';
import { MlflowError } from './mlflowError';
import type { MlflowAuth, MlflowSettings } from './mlflowSettings';

const WORKSPACE_HEADER = 'x-mlflow-workspace';
/** MLflow's server ends a connection that is idle for 5 s: before that we do, in time also on a busy computer. */
const IDLE_MS = 2_000;
/** How a connection fails that the server has ended meanwhile. */
const ENDED: readonly string[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];
/** In bytes: lists of packages are far smaller. */
const LARGEST_ARTIFACT = 1 << 20;

export interface MlflowCall<T> {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below `/api/2.0/mlflow/`, for example `runs/get`; segments are encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly schema: z.ZodType<T>;
  readonly signal?: AbortSignal;
}

export class MlflowConnection {
  /** For messages: scheme, host and port, without the path. */
  readonly server: string;
  readonly #settings: MlflowSettings;
  readonly #userAgent: string;
  #dispatcher: Promise<Dispatcher> | null = null;

  constructor({ settings, userAgent }: { settings: MlflowSettings; userAgent: string }) {
    this.server = new URL(settings.trackingUri).origin;
    this.#settings = settings;
    this.#userAgent = userAgent;
  }

  /** Sends a call and gives what the schema takes of its answer. Throws MlflowError, or the reason of the signal. */
  async call<T>({ path, schema, ...call }: MlflowCall<T>): Promise<T> {
    return this.#taken(await this.#send({ ...call, path: `mlflow/${path}` }), schema);
  }

  /** The text of a small file that the server itself keeps: `path` is below `mlflow-artifacts:/`, segments encoded. */
  async artifact(path: string, signal?: AbortSignal): Promise<string> {
    return this.#send({ method: 'GET', path: `mlflow-artifacts/artifacts/${path}`, signal }, LARGEST_ARTIFACT);
  }

  async #send(
    { method, path, query = {}, body, signal }: Omit<MlflowCall<unknown>, 'schema'>,
    largest = Number.POSITIVE_INFINITY
  ): Promise<string> {
    const { trackingUri, timeoutMs } = this.#settings;
    const address = new URL(`${trackingUri.replace(/\/+$/, '')}/api/2.0/${path}`);
    address.search = new URLSearchParams(query).toString();
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const dispatcher = await this.#connect();
      const headers = await this.#headers(body !== undefined);
      const request: Dispatcher.RequestOptions = {
        origin: address.origin,
        path: `${address.pathname}${address.search}`,
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
        // The deadline covers the whole call.
        headersTimeout: 0,
        bodyTimeout: 0
      };
      // Every call may be made twice: what it writes stands there then already.
      const answer = await dispatcher.request(request).catch((thrown: unknown) => {
        if (!ENDED.includes(codeOf(thrown))) {
          throw thrown;
        }
        return dispatcher.request(request);
      });
      const text = await textOf(answer.body, largest);
      if (answer.statusCode !== 200) {
        throw failureOf(this.server, answer.statusCode, answer.headers, text);
      }
      return text;
    } catch (thrown) {
      signal?.throwIfAborted();
      throw thrown instanceof MlflowError ? thrown : this.#noAnswer(thrown, deadline.aborted);
    }
  }

  async dispose(): Promise<void> {
    const dispatcher = await this.#dispatcher?.catch(() => null);
    await dispatcher?.destroy();
  }

  #taken<T>(text: string, schema: z.ZodType<T>): T {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      throw new MlflowError('unexpected-answer', `What answers at ${this.server} is not MLflow: it sent no JSON.`);
    }
    const parsed = schema.safeParse(document);
    if (!parsed.success) {
      const fault = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)[0];
      throw new MlflowError('unexpected-answer', `MLflow at ${this.server} answers otherwise than known (${fault}).`);
    }
    return parsed.data;
  }

  #noAnswer(thrown: unknown, late: boolean): MlflowError {
    if (late) {
      const seconds = this.#settings.timeoutMs / 1000;
      return new MlflowError('timeout', `MLflow at ${this.server} does not answer within ${seconds} s.`);
    }
    const message = `MLflow at ${this.server} can’t be reached (${codeOf(thrown) || 'no connection'}).`;
    return new MlflowError('unreachable', message, null, { cause: thrown });
  }

  async #headers(hasBody: boolean): Promise<Record<string, string>> {
    const { auth, workspace } = this.#settings;
    const authorization = await authorizationOf(auth);
    const inWorkspace = auth.kind === 'kubernetes-namespaced' ? await secretIn(auth.namespaceFile) : workspace;
    return {
      accept: 'application/json',
      'user-agent': this.#userAgent,
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(authorization === null ? {} : { authorization }),
      ...(inWorkspace === null ? {} : { [WORKSPACE_HEADER]: inWorkspace })
    };
  }

  #connect(): Promise<Dispatcher> {
    this.#dispatcher ??= this.#open();
    return this.#dispatcher;
  }

  async #open(): Promise<Dispatcher> {
    const { caFile, timeoutMs } = this.#settings;
    const tls = caFile === null ? {} : { ca: await secretIn(caFile) };
    return new EnvHttpProxyAgent({
      keepAliveTimeout: IDLE_MS,
      connect: { ...tls, timeout: timeoutMs },
      requestTls: tls
    });
  }
}

const codeOf = (thrown: unknown): string => (thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '');

/** Throws where there is more than `largest` bytes of it. */
async function textOf(body: Dispatcher.ResponseData['body'], largest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largest) {
      throw new MlflowError('unexpected-answer', 'The file is larger than expected, and is not read.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

async function authorizationOf(auth: MlflowAuth): Promise<string | null> {
  switch (auth.kind) {
    case 'none':
      return null;
    case 'basic':
      return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
    case 'bearer':
      return `Bearer ${auth.token}`;
    default:
      return `Bearer ${await secretIn(auth.tokenFile)}`;
  }
}

async function secretIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new MlflowError('settings', `The file ${file}, which MLflow is to be asked with, can’t be read (${code}).`);
  }
}
