/**
 * Lets the client in as a kubeconfig or the pod's own account says, read anew whenever the files change or the server
 * refuses the token.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { z } from 'zod';
import type { ApiAccess, Credentials, TlsMaterial } from './apiAccess';
import type { ConfigurationSource } from './configurationSource';
import { KubernetesError } from './kubernetesApi';
import { invalidConfiguration, loadConfiguration, stampOf, type LoadedConfiguration } from './loadConfiguration';

export class KubeConfigAccess implements ApiAccess {
  readonly #source: ConfigurationSource;
  #loaded: LoadedConfiguration | null = null;
  #current: Credentials | null = null;
  /** One reading at a time: an authentication command must not run twice side by side. */
  #reading: Promise<unknown> = Promise.resolve();

  /** Never throws: what is wrong with the configuration is the answer to every request, until it is mended. */
  constructor(source: ConfigurationSource) {
    this.#source = source;
    try {
      this.#loaded = loadConfiguration(source);
    } catch {
      // Told by credentials().
    }
  }

  get server(): string {
    return this.#loaded?.server.host ?? 'the API server';
  }

  get namespace(): string | null {
    return this.#loaded?.namespace ?? null;
  }

  async credentials(refused: Credentials | null, signal: AbortSignal): Promise<Credentials> {
    const reading = this.#reading.then(() => this.#read(refused));
    this.#reading = reading.catch(() => undefined);
    return untilAborted(reading, signal);
  }

  async #read(refused: Credentials | null): Promise<Credentials> {
    const mustReload = refused !== null && refused === this.#current;
    if (mustReload || this.#loaded === null || stampOf(this.#loaded.files) !== this.#loaded.stamp) {
      this.#loaded = loadConfiguration(this.#source);
    }
    const read = await readCredentials(this.#loaded);
    if (this.#current === null || mustReload || !isSame(this.#current, read)) {
      this.#current = read;
    }
    return this.#current;
  }
}

/** Runs the authentication and reads the certificates. Rejects with KubernetesError. */
async function readCredentials({ kubeConfig, server, proxy, tokenFile }: LoadedConfiguration): Promise<Credentials> {
  const read: RequestOptions = { headers: {} };
  try {
    await kubeConfig.applyToHTTPSOptions(read);
  } catch (error) {
    throw readingError(error, tokenFile);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(read.headers ?? {})) {
    if (value !== undefined) {
      // A token file may end with a line feed, which no header may have.
      headers[name.toLowerCase()] = String(value).trim();
    }
  }
  if (typeof read.auth === 'string') {
    headers['authorization'] = `Basic ${Buffer.from(read.auth).toString('base64')}`;
  }
  const tls: TlsMaterial = Object.fromEntries(
    Object.entries({
      ca: read.ca,
      cert: read.cert,
      key: read.key,
      passphrase: read.passphrase,
      servername: read.servername,
      rejectUnauthorized: read.rejectUnauthorized
    }).filter(([, value]) => value !== undefined)
  );
  const hash = createHash('sha256');
  for (const part of [server.href, proxy?.href, ...Object.entries(tls).flat()]) {
    hash.update(Buffer.isBuffer(part) ? part : String(part)).update('\0');
  }
  return { server, proxy, tls, headers, connectionKey: hash.digest('base64') };
}

function readingError(error: unknown, tokenFile: string | null): KubernetesError {
  if (tokenFile !== null && !existsSync(tokenFile)) {
    return new KubernetesError(0, 'NoToken', `There is no token at ${tokenFile}.`, null, { cause: error });
  }
  const { code, path, syscall, message } = Failure.parse(error);
  if (syscall?.startsWith('spawn')) {
    return failedAuthentication(`the command ${path ?? ''} can’t be run (${code ?? ''})`, error);
  }
  return path === undefined
    ? failedAuthentication(message.trim() || 'no reason was given', error)
    : invalidConfiguration(`${path} can’t be read (${code ?? ''})`, error);
}

const Failure = z.object({
  message: z.string().default(''),
  code: z.string().optional(),
  path: z.string().optional(),
  syscall: z.string().optional()
});

function failedAuthentication(why: string, cause: unknown): KubernetesError {
  return new KubernetesError(0, 'AuthenticationFailed', `The authentication of the kubeconfig failed: ${why}.`, null, {
    cause
  });
}

function isSame(one: Credentials, other: Credentials): boolean {
  return one.connectionKey === other.connectionKey && JSON.stringify(one.headers) === JSON.stringify(other.headers);
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(new DOMException('aborted', 'AbortError'));
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
