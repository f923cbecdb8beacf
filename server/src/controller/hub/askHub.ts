/**
 * One request to the API of a JupyterHub. The token is read for each and goes to the hub’s address alone: redirects are
 * answers like others, and no proxy is used. No error tells it.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { version } from '../../version';
import type { HubServer } from './hubUser';
import type { HubSettings } from './hubSettings';

/** Of an answer nothing beyond is read, bytes. */
const MOST_READ = 65_536;

export interface HubRequest {
  readonly method: 'GET' | 'POST';
  /** Below `/hub/api`. */
  readonly path: string;
  readonly signal: AbortSignal;
}

export interface HubResponse {
  readonly status: number;
  readonly text: string;
}

/** Path of a user’s server. */
export const serverPath = ({ user, server }: HubServer): string =>
  server === '' ? `${userPath(user)}/server` : `${userPath(user)}/servers/${encodeURIComponent(server)}`;

export const userPath = (user: string): string => `/users/${encodeURIComponent(user)}`;

/** Rejects where there is no token or no answer. */
export async function askHub(
  { url, tokenFile, caFile }: HubSettings,
  { method, path, signal }: HubRequest
): Promise<HubResponse> {
  const token = (await readFile(tokenFile, 'utf8')).trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Error(`${tokenFile} holds no token`);
  }
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/$/, '')}/hub/api${path}`;
  const options = {
    method,
    headers: {
      Authorization: `token ${token}`,
      Accept: 'application/json',
      'User-Agent': `datamark-controller/${version}`
    },
    agent: false,
    signal
  } as const;
  const sent =
    address.protocol === 'https:'
      ? requestHttps(address, { ...options, ...(caFile === null ? {} : { ca: await readFile(caFile) }) })
      : requestHttp(address, options);
  // What breaks behind the answer shows where that is read.
  sent.on('error', () => undefined);
  // Without a body: the server is started with the options that it had.
  sent.end();
  const [response] = (await once(sent, 'response', { signal })) as [IncomingMessage];
  return { status: response.statusCode ?? 0, text: await textOf(response) };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += part;
    if (text.length >= MOST_READ) {
      break;
    }
  }
  return text.slice(0, MOST_READ);
}
