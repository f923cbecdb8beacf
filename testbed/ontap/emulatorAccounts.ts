// Who may ask what: basic authentication, a client's certificate by its common name, or an OAuth token; and roles.
import type { Request } from 'express';
import type { TLSSocket } from 'node:tls';
import { OntapError } from './ontapError';

/**
 * `admin`: everything. `readonly`: every GET. `status`: GET of relationships only, as a REST role of one path.
 * `snapmirror`: every GET, and transfers, begun and aborted.
 */
export type Role = 'admin' | 'readonly' | 'status' | 'snapmirror';

export interface Account {
  readonly name: string;
  readonly role: Role;
  readonly password?: string | undefined;
  /** OAuth 2.0 bearer token. */
  readonly token?: string | undefined;
}

/** Those of an emulator that was told of no others. The client certificate that it makes is `certificate-user`’s. */
export const USUAL_ACCOUNTS: readonly Account[] = [
  { name: 'admin', password: 'admin-password', role: 'admin' },
  { name: 'monitor', password: 'monitor-password', role: 'readonly' },
  { name: 'datamark', password: 'datamark-password', role: 'snapmirror' },
  { name: 'status', password: 'status-password', role: 'status' },
  { name: 'certificate-user', role: 'snapmirror' },
  { name: 'oauth-user', token: 'eyJhbGciOiJub25lIn0=.eyJzdWIiOiJvYXV0aC11c2VyIn0=.c2ln', role: 'snapmirror' }
];

/** Throws 401 where nobody is known, 403 where the one who asks may not. */
export function checkAccess(request: Request, accounts: readonly Account[]): Account {
  const account = accountOf(request, accounts);
  if (account === undefined) {
    throw new OntapError(401, '6691623', 'User is not authorized.');
  }
  const path = request.path.replace(/\/$/, '');
  if (!mayAsk(account.role, request.method, path)) {
    throw new OntapError(403, '6', 'not authorized for that command');
  }
  return account;
}

function mayAsk(role: Role, method: string, path: string): boolean {
  const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  switch (role) {
    case 'admin':
      return true;
    case 'readonly':
      return reads;
    case 'status':
      return reads && path.startsWith('/api/snapmirror/relationships');
    case 'snapmirror':
      return reads || (method !== 'DELETE' && /^\/api\/snapmirror\/relationships\/[^/]+\/transfers/.test(path));
  }
}

function accountOf(request: Request, accounts: readonly Account[]): Account | undefined {
  const [kind, secret = ''] = (request.headers.authorization ?? '').split(' ');
  if (kind === 'Basic') {
    const [name, ...password] = Buffer.from(secret, 'base64').toString().split(':');
    return accounts.find(one => one.name === name && one.password !== undefined && one.password === password.join(':'));
  }
  if (kind === 'Bearer') {
    return accounts.find(({ token }) => token !== undefined && token === secret);
  }
  const socket = request.socket as TLSSocket;
  if (!socket.authorized) {
    return undefined;
  }
  const name = socket.getPeerCertificate().subject.CN;
  return accounts.find(one => one.name === name);
}
