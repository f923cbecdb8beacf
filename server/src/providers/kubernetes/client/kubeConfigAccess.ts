/**
 * Reads how to reach the API server from a kubeconfig or the pod's own account, anew whenever its files change or the
 * server refuses the token. The only file that imports @kubernetes/client-node, and of it only KubeConfig.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { dirname, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { load as parseYaml } from 'js-yaml';
import { z } from 'zod';
import type { ApiAccess, Credentials, TlsMaterial } from './apiAccess';
import type { ConfigurationSource } from './configurationSource';
import { KubernetesError } from './kubernetesApi';

/** What was read: who to ask where, and the files it is from. */
interface Loaded {
  readonly server: URL;
  readonly namespace: string;
  readonly proxy: URL | null;
  /** Applies authentication and TLS; the proxy is not its business. */
  readonly kubeConfig: KubeConfig;
  readonly files: readonly string[];
  /** Changes when one of the files does. */
  readonly stamp: string;
}

export class KubeConfigAccess implements ApiAccess {
  readonly #source: ConfigurationSource;
  #loaded: Loaded | null = null;
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

  get namespace(): string {
    return this.#loaded?.namespace ?? 'default';
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

/** Throws KubernetesError. */
function loadConfiguration(source: ConfigurationSource): Loaded {
  const kubeConfig = new KubeConfig();
  const files: string[] = [];
  const tokenFiles = new Map<string, string>();
  switch (source.kind) {
    case 'none':
      throw new KubernetesError(0, 'NoConfiguration', 'There is neither a kubeconfig nor an account of a pod.');
    case 'pod':
      kubeConfig.loadFromCluster(source.root);
      break;
    case 'files':
      files.push(...source.files);
      loadFiles(kubeConfig, source.files, tokenFiles);
  }
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) {
    throw invalid(`the current context “${kubeConfig.getCurrentContext()}” names no cluster`);
  }
  const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
  const user = kubeConfig.getCurrentUser() ?? { name: '' };
  const server = addressOf(cluster.server, ['http:', 'https:']);
  const tokenFile = tokenFiles.get(user.name) ?? podTokenFile(user);
  if (tokenFile !== null) {
    files.push(tokenFile);
  }
  const alone = new KubeConfig();
  alone.loadFromClusterAndUser(clusterForTls(cluster, server), userForAuthentication(user, tokenFile, cluster));
  return {
    server,
    namespace: context?.namespace?.trim() || 'default',
    proxy: cluster.proxyUrl ? addressOf(cluster.proxyUrl, ['http:', 'https:']) : null,
    kubeConfig: alone,
    files,
    stamp: stampOf(files)
  };
}

const KubeconfigUsers = z.object({
  users: z
    .array(z.object({ name: z.string(), user: z.object({ tokenFile: z.string().optional() }).nullish() }))
    .nullish()
});

/** Of several files the first that names a thing wins, as with kubectl. */
function loadFiles(into: KubeConfig, files: readonly string[], tokenFiles: Map<string, string>): void {
  for (const file of files) {
    const one = new KubeConfig();
    try {
      one.loadFromFile(file);
      // KubeConfig leaves the standard field `tokenFile` out.
      for (const { name, user } of KubeconfigUsers.parse(parseYaml(readFileSync(file, 'utf8'))).users ?? []) {
        if (user?.tokenFile !== undefined && !tokenFiles.has(name) && into.getUser(name) === null) {
          tokenFiles.set(name, resolve(dirname(file), user.tokenFile));
        }
      }
    } catch (error) {
      throw invalid(`${file} can’t be read: ${error instanceof Error ? error.message : String(error)}`, error);
    }
    const fresh = <T extends { readonly name: string }>(have: readonly T[] | undefined, all: readonly T[]): T[] => [
      ...(have ?? []),
      ...all.filter(({ name }) => !have?.some(other => other.name === name))
    ];
    into.loadFromOptions({
      clusters: fresh(into.getClusters(), one.getClusters()),
      users: fresh(into.getUsers(), one.getUsers()),
      contexts: fresh(into.getContexts(), one.getContexts()),
      currentContext: into.getCurrentContext() || one.getCurrentContext()
    });
  }
}

/** Of the pod's own account, whose token file KubeConfig keeps as an authentication provider. */
function podTokenFile({ authProvider }: User): string | null {
  const parsed = z.object({ config: z.object({ tokenFile: z.string() }) }).safeParse(authProvider);
  return parsed.success ? parsed.data.config.tokenFile : null;
}

/** Without the proxy, which is the dispatcher's; plain http has no certificate to check. */
function clusterForTls(cluster: Cluster, server: URL): Cluster {
  const { name, caData, caFile, tlsServerName } = cluster;
  return {
    name,
    server: cluster.server,
    skipTLSVerify: cluster.skipTLSVerify || server.protocol === 'http:',
    ...(caData === undefined ? {} : { caData }),
    ...(caFile === undefined ? {} : { caFile }),
    ...(tlsServerName === undefined ? {} : { tlsServerName })
  };
}

const Exec = z.looseObject({
  apiVersion: z.string().optional(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish()
});

/** A token file wins over a token; a command is told about the call, as the exec protocol wants it. */
function userForAuthentication(user: User, tokenFile: string | null, cluster: Cluster): User {
  if (tokenFile !== null) {
    const { certData, certFile, keyData, keyFile, impersonateUser } = user;
    const certificate = { certData, certFile, keyData, keyFile, impersonateUser };
    const authProvider = { name: 'tokenFile', config: { tokenFile } };
    return { name: user.name, authProvider, ...certificate } as User;
  }
  const exec = Exec.safeParse(user.exec);
  if (!exec.success) {
    return user;
  }
  const info = {
    apiVersion: exec.data.apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      cluster: {
        server: cluster.server,
        'certificate-authority-data': cluster.caData,
        'insecure-skip-tls-verify': cluster.skipTLSVerify
      }
    }
  };
  const env = [...(exec.data.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
  return { ...user, exec: { ...exec.data, env } };
}

/** Runs the authentication and reads the certificates. Rejects with KubernetesError. */
async function readCredentials({ kubeConfig, server, proxy, files }: Loaded): Promise<Credentials> {
  const read: RequestOptions = { headers: {} };
  try {
    await kubeConfig.applyToHTTPSOptions(read);
  } catch (error) {
    throw readingError(error, files);
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

function readingError(error: unknown, files: readonly string[]): KubernetesError {
  const { code, path, message } = error as { code?: unknown; path?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message.trim() : String(error);
  if (typeof path === 'string' && typeof code === 'string') {
    return files.includes(path)
      ? new KubernetesError(0, 'NoToken', `The token ${path} can’t be read (${code}).`, null, { cause: error })
      : invalid(`${path} can’t be read (${code})`, error);
  }
  return new KubernetesError(0, 'AuthenticationFailed', text || 'No credentials could be got.', null, { cause: error });
}

function addressOf(text: string, protocols: readonly string[]): URL {
  const url = URL.parse(text);
  if (url === null || !protocols.includes(url.protocol)) {
    throw invalid(`“${text}” is not an address that can be used`);
  }
  return url;
}

function invalid(why: string, cause?: unknown): KubernetesError {
  return new KubernetesError(0, 'InvalidConfiguration', `The Kubernetes configuration is not valid: ${why}.`, null, {
    cause
  });
}

/** Through links, so that it also changes when a projected volume is swapped as a whole. */
function stampOf(files: readonly string[]): string {
  return files
    .map(file => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat === undefined ? '-' : `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
    })
    .join(' ');
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
