// Requests to the API server as one identity. Independent of the product's own client, which these tests test.
import { Agent, request } from 'node:https';
import { bed } from './bed';
import type { Connection } from './kubeconfig';
import { apiVersionOf, at, type KubernetesObject } from './kubernetesObject';

/** A bare name of a usual kind ("VolumeSnapshot"), or "group/version:Kind". */
export type Kind = string;

/** The API server refused a request. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly body: unknown
  ) {
    super(message);
  }
}

/** What the API server answered; any status. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

interface Asked {
  body?: unknown;
  contentType?: string;
  headers?: Record<string, string>;
}

/** One identity on the cluster. Namespaced objects need a namespace, in the argument or in metadata. */
export class Account {
  constructor(readonly connection: Connection) {
    this._agent = new Agent({
      keepAlive: true,
      ca: connection.ca,
      cert: connection.certificate,
      key: connection.key,
      rejectUnauthorized: connection.verify,
      servername: connection.serverName
    });
  }

  /** The same cluster, asked with this token and nothing else. */
  withToken(token: string): Account {
    return new Account({ ...this.connection, token, certificate: undefined, key: undefined });
  }

  /** Sends one request; an answer of any status is returned, only a broken connection throws, and BedGone. */
  async send(method: string, path: string, asked: Asked = {}): Promise<Answer> {
    bed?.assertThere();
    const { body, contentType = 'application/json', headers = {} } = asked;
    const { token } = this.connection;
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(`${this.connection.server}${path}`, {
        method,
        agent: this._agent,
        timeout: 30_000,
        headers: {
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          // Without a length Node sends the body of a DELETE as the start of the connection's next request.
          ...(text === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
          ...headers
        }
      });
      call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer within 30 s`)));
      call.on('error', reject);
      call.on('response', response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const json = response.headers['content-type']?.startsWith('application/json');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: json ? jsonOrText(text) : text
          });
        });
      });
      call.end(text);
    });
  }

  /** Sends one request and returns the body; throws Refused for a status of 400 and above. */
  async ask(method: string, path: string, asked: Asked = {}): Promise<unknown> {
    const { status, body } = await this.send(method, path, asked);
    if (status >= 400) {
      const message = at(body, 'message') ?? body;
      throw new Refused(status, String(at(body, 'reason') ?? ''), `${method} ${path}: ${status} ${message}`, body);
    }
    return body;
  }

  /** The path of an object or, without a name, of the collection. */
  async path(kind: Kind, namespace?: string, name?: string): Promise<string> {
    const [apiVersion, bare] = versionAndKind(kind);
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { plural, namespaced } = await this._resource(root, bare);
    if (namespaced && name !== undefined && namespace === undefined) {
      throw new Error(`${kind} ${name}: in which namespace?`);
    }
    const scope = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
    return `${root}${scope}/${plural}${name === undefined ? '' : `/${name}`}`;
  }

  /** The object; throws Refused 404 if there is none. */
  async get(kind: Kind, name: string, namespace?: string): Promise<KubernetesObject> {
    return (await this.ask('GET', await this.path(kind, namespace, name))) as KubernetesObject;
  }

  /** The object, or undefined if there is none. */
  async find(kind: Kind, name: string, namespace?: string): Promise<KubernetesObject | undefined> {
    return this.get(kind, name, namespace).catch(error => {
      if (error instanceof Refused && error.status === 404) {
        return undefined;
      }
      throw error;
    });
  }

  /** All objects of a kind in a namespace, or without one in all of them. `query`: "labelSelector=…". */
  async list(kind: Kind, namespace?: string, query = ''): Promise<KubernetesObject[]> {
    const path = await this.path(kind, namespace);
    return at(await this.ask('GET', `${path}${query && `?${query}`}`), 'items') as KubernetesObject[];
  }

  /** Creates an object. */
  async create(object: KubernetesObject, query = ''): Promise<KubernetesObject> {
    const path = await this.path(kindOf(object), object.metadata.namespace);
    return (await this.ask('POST', `${path}${query && `?${query}`}`, { body: object })) as KubernetesObject;
  }

  /** Creates or changes an object by server-side apply. */
  async apply(object: KubernetesObject): Promise<KubernetesObject> {
    const { name = '', namespace } = object.metadata;
    const path = await this.path(kindOf(object), namespace, name);
    const asked = { body: object, contentType: 'application/apply-patch+yaml' };
    return (await this.ask('PATCH', `${path}?fieldManager=datamark-tests&force=true`, asked)) as KubernetesObject;
  }

  /** Changes an object by a merge patch. `part`: "/status" or another subresource. */
  async patch(kind: Kind, name: string, change: unknown, namespace?: string, part = ''): Promise<KubernetesObject> {
    const asked = { body: change, contentType: 'application/merge-patch+json' };
    return (await this.ask('PATCH', `${await this.path(kind, namespace, name)}${part}`, asked)) as KubernetesObject;
  }

  /** Deletes an object; returns before its finalizers are done. */
  async delete(kind: Kind, name: string, namespace?: string, options: Record<string, unknown> = {}): Promise<void> {
    await this.ask('DELETE', await this.path(kind, namespace, name), { body: options });
  }

  /** Closes idle connections. */
  close(): void {
    this._agent.destroy();
  }

  private async _resource(root: string, kind: string): Promise<{ plural: string; namespaced: boolean }> {
    let resources = this._discovered.get(root);
    if (!resources) {
      resources = at(await this.ask('GET', root), 'resources') as Resource[];
      this._discovered.set(root, resources);
    }
    const found = resources.find(resource => resource.kind === kind && !resource.name.includes('/'));
    if (!found) {
      throw new Error(`The cluster has no ${kind} under ${root}.`);
    }
    return { plural: found.name, namespaced: found.namespaced };
  }

  private readonly _agent: Agent;
  private readonly _discovered = new Map<string, Resource[]>();
}

interface Resource {
  name: string;
  kind: string;
  namespaced: boolean;
}

function versionAndKind(kind: Kind): [string, string] {
  const colon = kind.indexOf(':');
  return colon < 0 ? [apiVersionOf(kind), kind] : [kind.slice(0, colon), kind.slice(colon + 1)];
}

/** A watch answers with a document for each event, and none where nothing happens. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const kindOf = (object: KubernetesObject) => `${object.apiVersion}:${object.kind}`;
