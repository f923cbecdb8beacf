// One request to the emulator, for tests.
import { request } from 'node:https';
import type { OntapEmulator } from './ontapEmulator';

export interface EmulatorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON. */
  readonly body: unknown;
}

export interface Ask {
  readonly method?: string;
  readonly body?: unknown;
  /** `name:password`; null: nothing is sent. */
  readonly user?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM, of the client. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly timeoutMs?: number;
}

/** Asks as admin, unless told; trusts the emulator’s CA alone. Rejects where the connection breaks. */
export function askEmulator(emulator: OntapEmulator, path: string, ask: Ask = {}): Promise<EmulatorAnswer> {
  const { method = 'GET', body, user = 'admin:admin-password', headers = {}, certificate, timeoutMs = 20_000 } = ask;
  const options = {
    method,
    ca: emulator.ca,
    agent: false as const,
    ...certificate,
    ...(user === null ? {} : { auth: user }),
    headers: { 'content-type': 'application/json', ...headers },
    signal: AbortSignal.timeout(timeoutMs)
  };
  return new Promise((resolve, reject) => {
    const asked = request(`${emulator.url}/api${path}`, options, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () => {
        const isJson = (response.headers['content-type'] ?? '').includes('json');
        const parsed: unknown = isJson ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed });
      });
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
