// A CA, the server's certificate and a client's by it, and a second CA with a server certificate that nobody trusts.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface EmulatorCertificates {
  /** The folder with ca.crt, client.crt and client.key. Removed by dispose. */
  readonly folder: string;
  readonly ca: string;
  readonly server: Certificate;
  readonly client: Certificate;
  /** By another CA. */
  readonly foreign: Certificate;
  /** By the CA, for another host. */
  readonly otherHost: Certificate;
  dispose(): Promise<void>;
}

const execute = promisify(execFile);
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/**
 * Makes them, with openssl. `clientName`: common name of the client's. `alsoFor`: what the server is called besides, as
 * `IP:10.0.0.1` or `DNS:some.host`.
 */
export async function makeCertificates(
  clientName: string,
  alsoFor: readonly string[] = []
): Promise<EmulatorCertificates> {
  const folder = await mkdtemp(join(tmpdir(), 'datamark-ontap-'));
  const openssl = (...words: string[]) => execute('openssl', words, { cwd: folder, timeout: 30_000 });
  const authority = (name: string) =>
    openssl(
      ...['req', '-x509', ...KEY, '-days', '2', '-subj', `/CN=${name}`, '-addext', 'keyUsage=critical,keyCertSign'],
      ...['-keyout', `${name}.key`, '-out', `${name}.crt`]
    );
  const signed = async (name: string, common: string, by: string, host: string): Promise<Certificate> => {
    await openssl('req', ...KEY, '-subj', `/CN=${common}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const extensions = `subjectAltName=${host}\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n`;
    await writeFile(join(folder, `${name}.ext`), extensions);
    await openssl(
      ...['x509', '-req', '-days', '2', '-in', `${name}.csr`, '-CA', `${by}.crt`, '-CAkey', `${by}.key`],
      ...['-CAcreateserial', '-CAserial', `${name}.srl`, '-extfile', `${name}.ext`, '-out', `${name}.crt`]
    );
    const [cert, key] = await Promise.all([read(`${name}.crt`), read(`${name}.key`)]);
    return { cert, key };
  };
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const here = ['IP:127.0.0.1', 'DNS:localhost', ...alsoFor].join(',');
  await Promise.all([authority('ca'), authority('foreign-ca')]);
  const [ca, server, client, foreign, otherHost] = await Promise.all([
    read('ca.crt'),
    signed('server', '127.0.0.1', 'ca', here),
    signed('client', clientName, 'ca', `DNS:${clientName}`),
    signed('foreign', '127.0.0.1', 'foreign-ca', here),
    signed('other-host', 'ontap.example', 'ca', 'DNS:ontap.example')
  ]);
  const dispose = () => rm(folder, { recursive: true, force: true });
  return { folder, ca, server, client, foreign, otherHost, dispose };
}
