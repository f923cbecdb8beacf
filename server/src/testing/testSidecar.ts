/** The application on a real Unix socket with a memory provider, and a plain HTTP client for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_PREFIX } from '../../../contract';
import { createApp, type AppOptions } from '../app';
import { listen } from '../listen';
import type { Log } from '../log';
import { FirstObservation } from '../observed/firstObservation';
import { MemoryProvider } from './memoryProvider';

export interface TestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body parsed as JSON; throws when it is not. */
  json(): unknown;
}

export interface TestRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when it is a string or bytes, else as JSON. */
  readonly body?: unknown;
  /** Does not declare the body's length. */
  readonly chunked?: boolean;
}

export interface LogLine {
  readonly level: keyof Log;
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

/** A log that keeps its lines. */
export function memoryLog(lines: LogLine[] = []): Log {
  const at =
    (level: keyof Log) =>
    (fields: object, message = ''): void => {
      lines.push({ level, fields: { ...fields }, message });
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal')
  } as unknown as Log;
}

/** A response whose body is still to be read. */
export function openRequest(
  socketPath: string,
  method: string,
  path: string,
  { headers = {}, body, chunked = false }: TestRequest = {}
): Promise<IncomingMessage> {
  const raw = typeof body === 'string' || Buffer.isBuffer(body) || body === undefined;
  const bytes = raw ? Buffer.from(body ?? '') : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        socketPath,
        method,
        path,
        agent: false,
        headers: {
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(body === undefined || chunked ? {} : { 'Content-Length': bytes.length }),
          ...headers
        }
      },
      resolve
    );
    request.on('error', reject);
    request.end(body === undefined ? undefined : bytes);
  });
}

/** Sends a request and reads the whole answer. */
export async function send(socketPath: string, method: string, path: string, parts?: TestRequest): Promise<TestAnswer> {
  const response = await openRequest(socketPath, method, path, parts);
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: (): unknown => JSON.parse(text)
  };
}

export interface TestSidecarOptions extends Partial<
  Pick<AppOptions, 'lineage' | 'answerDeadlineMs' | 'heartbeatMs' | 'stalledMs'>
> {
  /** false: the provider begins when the test calls `begin`. */
  readonly begin?: boolean;
  readonly firstObservationMs?: number;
}

/** A sidecar in this process; `stop` in afterEach. */
export async function startTestSidecar({
  begin = true,
  firstObservationMs = 5_000,
  ...options
}: TestSidecarOptions = {}) {
  const provider = new MemoryProvider();
  const lines: LogLine[] = [];
  const log = memoryLog(lines);
  const firstObservation = new FirstObservation(firstObservationMs);
  const app = createApp({
    ...options,
    provider,
    firstObservation,
    log,
    version: '1.2.3',
    startedAt: new Date('2026-11-20T08:00:00Z'),
    checkResponses: true
  });
  const directory = await mkdtemp(join(tmpdir(), 'datamark-'));
  const socketPath = join(directory, 'socket');
  const server = createServer(app.express);
  await listen(server, { path: socketPath });
  if (begin) {
    firstObservation.begin(provider, log);
  }
  return {
    provider,
    index: provider.index,
    lines,
    app,
    socketPath,
    begin: (): void => firstObservation.begin(provider, log),
    /** Path below the API's prefix. */
    send: (method: string, path: string, parts?: TestRequest): Promise<TestAnswer> =>
      send(socketPath, method, API_PREFIX + path, parts),
    open: (path: string, headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> =>
      openRequest(socketPath, 'GET', API_PREFIX + path, { headers }),
    stop: async (): Promise<void> => {
      app.dispose();
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    }
  };
}

/** A sidecar as `startTestSidecar` gives it. */
export type TestSidecar = Awaited<ReturnType<typeof startTestSidecar>>;
