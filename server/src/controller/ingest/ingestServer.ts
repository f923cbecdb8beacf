/** HTTPS with the certificate of a mounted Secret. A renewed one counts for the next connection: nothing is restarted. */
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Log } from '../../log';

/** How often the files are looked at, ms. */
const LOOK_MS = 10_000;
const MOST_CONNECTIONS = 5_000;
const KEEP_ALIVE_MS = 30_000;

export interface IngestServerOptions {
  /** Folder with `tls.crt` and `tls.key`. */
  readonly certificateDir: string;
  readonly log: Log;
  readonly lookMs?: number;
}

/** Not listening yet. Without a certificate connections fail until there is one; the log says it. */
export function ingestServer(
  listener: RequestListener,
  { certificateDir, log, lookMs = LOOK_MS }: IngestServerOptions
): Server {
  const server = createServer({ minVersion: 'TLSv1.2', requestTimeout: 30_000, headersTimeout: 10_000 }, listener);
  server.maxConnections = MOST_CONNECTIONS;
  // Longer than servers keep theirs, so that no request meets a connection that is just being closed.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  let lookedAt = -Infinity;
  let used = '';
  const look = (): void => {
    lookedAt = performance.now();
    try {
      const [cert, key] = ['tls.crt', 'tls.key'].map(name => readFileSync(join(certificateDir, name), 'utf8'));
      const both = `${cert}\n${key}`;
      if (both !== used) {
        // Proves that both fit before they are used.
        createSecureContext({ cert, key });
        server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' });
        used = both;
      }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unusable';
      log.error({ certificateDir, code }, 'the certificate for servers can’t be used');
    }
  };
  look();
  // Before the handshake of this very connection.
  server.prependListener('connection', () => {
    if (performance.now() - lookedAt >= lookMs) {
      look();
    }
  });
  server.on('tlsClientError', error => log.debug({ err: error }, 'a connection failed before it was safe'));
  return server;
}
