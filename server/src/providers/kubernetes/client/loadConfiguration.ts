/**
 * Loads a kubeconfig or the pod's own account. The only importer of @kubernetes/client-node, and of it only of the
 * file that KubeConfig is in: the package as a whole loads models of 40 MB.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { load as parseYaml } from 'js-yaml';
import { z } from 'zod';
import type { ConfigurationSource } from './configurationSource';
import { KubernetesError } from './kubernetesApi';

/** What was read: who to ask where, and the files it is from. */
export interface LoadedConfiguration {
  readonly server: URL;
  /** null: the pod's account has no file that says it. */
  readonly namespace: string | null;
  readonly proxy: URL | null;
  /** Applies authentication and TLS; the proxy is not its business. */
  readonly kubeConfig: KubeConfig;
  /** Kubeconfigs and the token. */
  readonly files: readonly string[];
  readonly tokenFile: string | null;
  /** Changes when one of the files does. */
  readonly stamp: string;
}

/** Reads all of it now. Throws KubernetesError. */
export function loadConfiguration(source: ConfigurationSource): LoadedConfiguration {
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
    throw invalidConfiguration(`the current context “${kubeConfig.getCurrentContext()}” names no cluster`);
  }
  const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
  const user = kubeConfig.getCurrentUser() ?? { name: '' };
  // The environment of this process need not be that of the pod.
  const server = addressOf(source.kind === 'pod' ? source.server : cluster.server);
  const tokenFile = tokenFiles.get(user.name) ?? podTokenFile(user);
  if (tokenFile !== null) {
    files.push(tokenFile);
  }
  const alone = new KubeConfig();
  alone.loadFromClusterAndUser(clusterForTls(cluster, server), userForAuthentication(user, tokenFile, cluster));
  return {
    server,
    // A context without one means `default`, as with kubectl; a pod is in one that only its account's files tell.
    namespace: context?.namespace?.trim() || (source.kind === 'pod' ? null : 'default'),
    proxy: cluster.proxyUrl ? addressOf(cluster.proxyUrl) : null,
    kubeConfig: alone,
    files,
    tokenFile,
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
      throw invalidConfiguration(
        `${file} can’t be read: ${error instanceof Error ? error.message : String(error)}`,
        error
      );
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
    server: server.href,
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

/** SOCKS proxies are not supported. */
function addressOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw invalidConfiguration(`“${text}” is not an address that can be used`);
  }
  return url;
}

/** That the configuration can’t be used as it is. */
export function invalidConfiguration(why: string, cause?: unknown): KubernetesError {
  return new KubernetesError(0, 'InvalidConfiguration', `The Kubernetes configuration is not valid: ${why}.`, null, {
    cause
  });
}

/** What changes when one of the files does: through links, so also when a projected volume is swapped as a whole. */
export function stampOf(files: readonly string[]): string {
  return files
    .map(file => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat === undefined ? '-' : `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
    })
    .join(' ');
}
