/** Files and kernels of a user's server, by Jupyter's own API and the user's own token. */
import { environment } from './environment';
import { hub } from './hub';

const tokens = new Map<string, Promise<string>>();

/** A request to a server; `server` is `<user>` or `<user>/<server name>`. */
export async function askServer(server: string, path: string, init: RequestInit = {}): Promise<Response> {
  const [user = ''] = server.split('/');
  const token = tokens.get(user) ?? hub.tokenOf(user);
  tokens.set(user, token);
  return fetch(`${environment.url}/user/${server}/${path}`, {
    signal: AbortSignal.timeout(30_000),
    ...init,
    headers: { Authorization: `token ${await token}`, ...init.headers }
  });
}

/** Writes a text file below the server's root. */
export async function putFile(server: string, path: string, content: string): Promise<void> {
  const body = JSON.stringify({ type: 'file', format: 'text', content });
  const response = await askServer(server, `api/contents/${path}`, { method: 'PUT', body });
  if (!response.ok) {
    throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
  }
}

/** Makes a folder below the server's root. */
export async function makeFolder(server: string, path: string): Promise<void> {
  const response = await askServer(server, `api/contents/${path}`, { method: 'PUT', body: '{"type":"directory"}' });
  if (!response.ok) {
    throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
  }
}

/** The text of a file; throws when it is not there. */
export async function contents(server: string, path: string): Promise<string> {
  const response = await askServer(server, `api/contents/${path}?type=file&format=text`);
  if (!response.ok) {
    throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
  }
  return ((await response.json()) as { content: string }).content;
}

/** Whether a kernel can be started: the server works, whatever Datamark lacks. */
export async function kernelAnswers(server: string): Promise<boolean> {
  const response = await askServer(server, 'api/kernels', { method: 'POST', body: '{"name":"python3"}' });
  const { id } = (await response.json()) as { id: string };
  await askServer(server, `api/kernels/${id}`, { method: 'DELETE' });
  return response.status === 201;
}
