// Reads the KUBECONFIG of the tests: certificates, tokens and credential plugins, as kubectl merges them.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { kubectl } from './kubectl';

/** Where the API server is, how to trust it, and who asks. */
export interface Connection {
  server: string;
  ca?: Buffer;
  /** False only where the kubeconfig says insecure-skip-tls-verify. */
  verify: boolean;
  serverName?: string;
  token?: string;
  certificate?: Buffer;
  key?: Buffer;
}

const Exec = z.object({
  apiVersion: z.string(),
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish()
});
const Config = z.object({
  clusters: z.array(
    z.object({
      cluster: z.object({
        server: z.string(),
        'certificate-authority-data': z.string().optional(),
        'insecure-skip-tls-verify': z.boolean().optional(),
        'tls-server-name': z.string().optional()
      })
    })
  ),
  users: z.array(
    z.object({
      user: z.object({
        token: z.string().optional(),
        tokenFile: z.string().optional(),
        'client-certificate-data': z.string().optional(),
        'client-key-data': z.string().optional(),
        exec: Exec.optional()
      })
    })
  )
});
const Credential = z.object({
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional()
  })
});

const decoded = (base64: string | undefined) => (base64 === undefined ? undefined : Buffer.from(base64, 'base64'));

async function pluginCredential(exec: z.infer<typeof Exec>): Promise<Partial<Connection>> {
  const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const given = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
  const env = { ...process.env, ...given, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  const { stdout } = await promisify(execFile)(exec.command, exec.args ?? [], { env, timeout: 30_000 });
  const { status } = Credential.parse(JSON.parse(stdout));
  const certificate = status.clientCertificateData && Buffer.from(status.clientCertificateData);
  const key = status.clientKeyData && Buffer.from(status.clientKeyData);
  return { token: status.token, ...(certificate && key ? { certificate, key } : {}) };
}

/** The connection of the current context. */
export async function readKubeconfig(): Promise<Connection> {
  const text = await kubectl(['config', 'view', '--raw', '--minify', '--flatten', '--output=json']);
  const config = Config.parse(JSON.parse(text));
  const cluster = config.clusters[0]?.cluster;
  if (!cluster) {
    throw new Error('KUBECONFIG names no cluster.');
  }
  const user = config.users[0]?.user ?? {};
  return {
    server: cluster.server.replace(/\/$/, ''),
    ca: decoded(cluster['certificate-authority-data']),
    verify: !cluster['insecure-skip-tls-verify'],
    serverName: cluster['tls-server-name'],
    token: user.token ?? (user.tokenFile ? (await readFile(user.tokenFile, 'utf8')).trim() : undefined),
    certificate: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
    ...(user.exec ? await pluginCredential(user.exec) : {})
  };
}
