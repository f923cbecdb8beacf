/** Where the hub of the tests is: in files of the folder DATAMARK_HUB_DIR, as testbed/hub/up leaves them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

function written(name: string): string {
  const folder = process.env.DATAMARK_HUB_DIR;
  if (folder === undefined || folder === '') {
    throw new Error('DATAMARK_HUB_DIR is not set: start the hub with testbed/hub/up, or run make test-cluster.');
  }
  return readFileSync(join(folder, name), 'utf8').trim();
}

export const environment = {
  /** Address of the hub for the browser, without a slash at its end. */
  get url(): string {
    return written('url').replace(/\/$/, '');
  },
  /** Password of every user. */
  get password(): string {
    return written('password');
  },
  /** Token of a service that may start servers and read the proxy’s routes. */
  get token(): string {
    return written('token');
  },
  /** Token of the controller’s service, which may start the servers of the group `started-again`. */
  get controllerToken(): string {
    return written('controller-token');
  },
  /** Namespace of the servers. */
  get namespace(): string {
    return written('namespace');
  }
} as const;
