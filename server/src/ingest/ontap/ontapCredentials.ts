/** Reads what a storage is asked with from the files of a mounted Secret. Nothing of it is kept in an error or a log. */
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { OntapError } from './ontapError';
import type { OntapSettings } from './ontapSettings';

export interface OntapCredentials {
  /** Value of the header; null where the connection itself says who asks. */
  readonly authorization: string | null;
  readonly tls: { readonly ca: string; readonly cert?: string; readonly key?: string };
  /** Changes whenever connections must be made anew. */
  readonly tlsKey: string;
}

/** Throws OntapError `settings`. */
export async function readCredentials({ auth, caFile }: OntapSettings): Promise<OntapCredentials> {
  // Without a certificate in it TLS would fall back to the authorities that Node knows.
  const ca = await pemIn(caFile, 'CERTIFICATE');
  switch (auth.kind) {
    case 'basic': {
      const [user, password] = await Promise.all([secretIn(auth.usernameFile), secretIn(auth.passwordFile)]);
      const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
      return { authorization, ...withKey({ ca }) };
    }
    case 'bearer':
      return { authorization: `Bearer ${await tokenIn(auth.tokenFile)}`, ...withKey({ ca }) };
    default: {
      const [cert, key] = await Promise.all([pemIn(auth.certFile, 'CERTIFICATE'), pemIn(auth.keyFile, 'PRIVATE KEY')]);
      return { authorization: null, ...withKey({ ca, cert, key }) };
    }
  }
}

function withKey(tls: OntapCredentials['tls']): Pick<OntapCredentials, 'tls' | 'tlsKey'> {
  const tlsKey = createHash('sha256')
    .update(JSON.stringify([tls.ca, tls.cert ?? null, tls.key ?? null]))
    .digest('hex');
  return { tls, tlsKey };
}

async function secretIn(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new OntapError('settings', `The file ${file} can’t be read (${code}).`);
  }
  // Editors and `kubectl create secret --from-file` leave a line end.
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') {
    throw new OntapError('settings', `The file ${file} is empty.`);
  }
  return secret;
}

async function tokenIn(file: string): Promise<string> {
  const token = (await secretIn(file)).trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new OntapError('settings', `The file ${file} holds no token.`);
  }
  return token;
}

async function pemIn(file: string, what: 'CERTIFICATE' | 'PRIVATE KEY'): Promise<string> {
  const text = await secretIn(file);
  if (!new RegExp(`^-----BEGIN [A-Z ]*${what}-----`, 'm').test(text)) {
    throw new OntapError('settings', `The file ${file} holds no ${what.toLowerCase()} in PEM.`);
  }
  return text;
}
