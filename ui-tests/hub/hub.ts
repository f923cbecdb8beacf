/** The hub’s REST API, as an admin uses it: users, their servers, and what its proxy saw of them. */
import { environment } from './environment';
import { until } from './until';

interface Server {
  readonly ready: boolean;
  readonly pending: string | null;
  readonly url: string;
}

interface User {
  readonly servers: Readonly<Record<string, Server>>;
}

async function ask(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${environment.url}/hub/api${path}`, {
    method,
    headers: { Authorization: `token ${environment.token}`, 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000)
  });
}

async function asked<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await ask(method, path, body);
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
  const text = await response.text();
  return (text === '' ? null : JSON.parse(text)) as T;
}

const serverPath = (user: string, server: string): string =>
  server === '' ? `/users/${user}/server` : `/users/${user}/servers/${server}`;

export const hub = {
  async addUser(user: string): Promise<void> {
    await asked('POST', `/users/${user}`);
  },

  /** From now on the controller may start the user’s server. */
  async letControllerStart(user: string): Promise<void> {
    await asked('POST', '/groups/started-again/users', { users: [user] });
  },

  /** A token with which a test acts as the user. */
  async tokenOf(user: string): Promise<string> {
    const { token } = await asked<{ token: string }>('POST', `/users/${user}/tokens`, { expires_in: 3600 });
    return token;
  },

  /** Starts a server and waits until it answers; gives the time that took, in ms. `options`: of the scenario. */
  async start(user: string, scenario: string | null = null, server = '', options: object = {}): Promise<number> {
    const begun = performance.now();
    await asked('POST', serverPath(user, server), scenario === null ? {} : { scenario, ...options });
    await until(`server of ${user}`, () => hub.isReady(user, server));
    return performance.now() - begun;
  },

  async isReady(user: string, server = ''): Promise<boolean> {
    return (await asked<User>('GET', `/users/${user}`)).servers[server]?.ready === true;
  },

  /** Ends all servers of a user, and waits for it. */
  async stopAll(user: string): Promise<void> {
    const names = Object.keys((await asked<User>('GET', `/users/${user}`)).servers);
    await Promise.all(names.map(name => ask('DELETE', serverPath(user, name))));
    await until(`end of the servers of ${user}`, async () => {
      const { servers } = await asked<User>('GET', `/users/${user}`);
      return Object.values(servers).every(({ ready, pending }) => !ready && pending === null);
    });
  },

  /** Forgets a user. */
  async removeUser(user: string): Promise<void> {
    await ask('DELETE', `/users/${user}`);
  },

  /** When the proxy last saw an answer of a user’s server go by, as it says it itself. */
  async lastProxied(user: string): Promise<string | null> {
    const routes = await asked<Record<string, { data: { last_activity?: string } }>>('GET', '/proxy');
    const found = Object.entries(routes).find(([path]) => path.endsWith(`/user/${user}/`));
    return found?.[1].data.last_activity ?? null;
  }
} as const;
