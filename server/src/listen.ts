/**
 * Listening on a Unix socket: one the parent already holds (socket activation), or a path of our own.
 * Errors are sentences for the log of the parent.
 */
import { once } from 'node:events';
import { unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';

/** Where to listen. */
export type Listening = { readonly fd: number } | { readonly path: string };

/** `sun_path` holds 108 bytes with its closing zero (unix(7)). */
export const SOCKET_PATH_MAX_BYTES = 107;

/** Resolves when the server accepts connections. */
export async function listen(server: Server, where: Listening): Promise<void> {
  if ('fd' in where) {
    return started(server, () => server.listen({ fd: where.fd }));
  }
  const { path } = where;
  const bytes = Buffer.byteLength(path);
  if (bytes > SOCKET_PATH_MAX_BYTES) {
    throw new Error(`The socket path has ${bytes} bytes, the limit is ${SOCKET_PATH_MAX_BYTES}: ${path}`);
  }
  const previous = process.umask(0o177);
  try {
    await started(server, () => server.listen(path)).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' || (await answers(path))) {
        throw error;
      }
      // Left by a process that was killed: nobody listens on it.
      await unlink(path);
      await started(server, () => server.listen(path));
    });
  } finally {
    process.umask(previous);
  }
}

async function started(server: Server, begin: () => void): Promise<void> {
  const listening = once(server, 'listening');
  begin();
  await listening;
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
