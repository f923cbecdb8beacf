// A real API server with an etcd of its own, without controllers and nodes: for tests that stop it, compact it or let it
// refuse. Nothing else notices. Its programs are the test bed's.
import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Account } from './account';
import { bed } from './bed';
import { freePort } from './freePort';
import { at } from './kubernetesObject';
import { waitUntil } from './waitUntil';

const ADMIN_TOKEN = 'admin-of-the-test';

interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly server: number;
}

export class OwnApiServer {
  private _etcd: ChildProcess | undefined;
  private _server: ChildProcess | undefined;

  private constructor(
    readonly directory: string,
    private readonly _ports: Ports
  ) {}

  /** Starts both and waits until the server is ready: some seconds. */
  static async start(): Promise<OwnApiServer> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'datamark-apiserver-'));
    const [etcd, etcdPeer, server] = [await freePort(), await freePort(), await freePort()];
    const own = new OwnApiServer(directory, { etcd, etcdPeer, server });
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' }
    });
    await writeFile(path.join(directory, 'sa.key'), privateKey, { mode: 0o600 });
    await writeFile(path.join(directory, 'sa.pub'), publicKey);
    await writeFile(path.join(directory, 'tokens.csv'), `${ADMIN_TOKEN},admin,1,system:masters\n`, { mode: 0o600 });
    own._startEtcd();
    await own.startServer();
    return own;
  }

  get port(): number {
    return this._ports.server;
  }

  /** Its certificate and key, also for a proxy that stands for it. */
  async certificate(): Promise<{ cert: Buffer; key: Buffer }> {
    const [cert, key] = await Promise.all(
      ['apiserver.crt', 'apiserver.key'].map(name => readFile(path.join(this.directory, name)))
    );
    if (cert === undefined || key === undefined) {
      throw new Error('The API server has written no certificate.');
    }
    return { cert, key };
  }

  /** The administrator, by a client that is not the product's. */
  async admin(): Promise<Account> {
    const { cert } = await this.certificate();
    return new Account({ server: `https://127.0.0.1:${this.port}`, ca: cert, verify: true, token: ADMIN_TOKEN });
  }

  /** Writes a kubeconfig; without more that of the administrator. `port`: of a proxy before it. */
  async kubeconfig(user: object = { token: ADMIN_TOKEN }, port = this.port): Promise<string> {
    const { cert } = await this.certificate();
    const cluster = {
      server: `https://127.0.0.1:${port}`,
      'certificate-authority-data': cert.toString('base64')
    };
    const file = path.join(this.directory, `kubeconfig-${port}-${Math.random().toString(36).slice(2)}`);
    const config = {
      'current-context': 'own',
      clusters: [{ name: 'own', cluster }],
      users: [{ name: 'own', user }],
      contexts: [{ name: 'own', context: { cluster: 'own', user: 'own', namespace: 'default' } }]
    };
    await writeFile(file, JSON.stringify(config), { mode: 0o600 });
    return file;
  }

  /** Starts the server that was stopped, on the same port with the same objects. */
  async startServer(): Promise<void> {
    this._server = this._run('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${this._ports.etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${this.port}`,
      // On a machine without a default route the server finds none by itself.
      '--advertise-address=192.0.2.1',
      '--endpoint-reconciler-type=none',
      '--service-cluster-ip-range=10.96.0.0/16',
      `--cert-dir=${this.directory}`,
      `--token-auth-file=${this.directory}/tokens.csv`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://own.example.org',
      `--service-account-signing-key-file=${this.directory}/sa.key`,
      `--service-account-key-file=${this.directory}/sa.pub`
    ]);
    await waitUntil('the API server to be ready', async () => {
      const admin = await this.admin();
      try {
        const ready = (await admin.send('GET', '/readyz')).status === 200;
        return ready && (await admin.find('Namespace', 'default')) !== undefined;
      } finally {
        admin.close();
      }
    });
  }

  /** Kills the server; its connections are refused until it is started again. */
  async stopServer(): Promise<void> {
    await end(this._server);
  }

  /** Forgets all older versions, as the server does every 5 minutes. */
  async compact(): Promise<void> {
    const ask = async (what: string, body: object): Promise<unknown> => {
      const answer = await fetch(`http://127.0.0.1:${this._ports.etcd}/v3/kv/${what}`, {
        method: 'POST',
        body: JSON.stringify(body)
      });
      if (!answer.ok) {
        throw new Error(`etcd answers ${answer.status} to ${what}: ${await answer.text()}`);
      }
      return answer.json();
    };
    const { header } = (await ask('range', { key: 'AA==' })) as { header: { revision: string } };
    await ask('compaction', { revision: header.revision, physical: true });
  }

  /** A token of a service account, which is made if it is not there. */
  async token(serviceAccount: string, bound?: { pod: string }): Promise<string> {
    const admin = await this.admin();
    try {
      const accounts = '/api/v1/namespaces/default/serviceaccounts';
      if ((await admin.find('ServiceAccount', serviceAccount, 'default')) === undefined) {
        await admin.create({
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: serviceAccount, namespace: 'default' }
        });
      }
      const pod = bound && (await admin.get('Pod', bound.pod, 'default'));
      const boundObjectRef = pod && { apiVersion: 'v1', kind: 'Pod', name: bound.pod, uid: pod.metadata.uid };
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { boundObjectRef } };
      return String(at(await admin.ask('POST', `${accounts}/${serviceAccount}/token`, { body }), 'status', 'token'));
    } finally {
      admin.close();
    }
  }

  /** Ends both and removes everything. */
  async stop(): Promise<void> {
    await end(this._server);
    await end(this._etcd);
    await rm(this.directory, { recursive: true });
  }

  private _startEtcd(): void {
    const { etcd, etcdPeer } = this._ports;
    this._etcd = this._run('etcd', [
      `--data-dir=${this.directory}/etcd`,
      `--listen-client-urls=http://127.0.0.1:${etcd}`,
      `--advertise-client-urls=http://127.0.0.1:${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${etcdPeer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${etcdPeer}`,
      `--initial-cluster=default=http://127.0.0.1:${etcdPeer}`,
      '--unsafe-no-fsync',
      '--log-level=error'
    ]);
  }

  /** Ends with this process, also when that is killed. */
  private _run(program: string, args: string[]): ChildProcess {
    if (bed === undefined) {
      throw new Error('Only the test bed has the programs of an API server.');
    }
    const log = openSync(path.join(this.directory, `${program}.log`), 'a');
    const binary = path.join(bed.directory, 'bin', program);
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', binary, ...args], { stdio: ['ignore', log, log] });
    closeSync(log);
    return child;
  }
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    const ended = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}
