/**
 * A small API server in this process, for unit tests: real HTTP, objects with versions and finalizers, pages, watches,
 * access rules, and whatever fault a test tells. The suite of the client runs on it and on a real one.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  answerReview,
  isAllowed,
  refusedAttempt,
  subjectReview,
  type AccessRule,
  type Attempt
} from './api/accessRules';
import { addresseeOf, type Addressee } from './api/apiAddressee';
import { ApiRefusal } from './api/apiRefusal';
import { ObjectStore, type ApiObject, type NewObject } from './api/objectStore';
import { OpenWatches } from './api/openWatches';
import { PagedLists } from './api/readCollection';
import { apiVersionOf, RESOURCE_KINDS, type ResourceKind } from './api/resourceKinds';
import { isWatchOf, playFault, ScriptedFaults, type FaultEffect, type FaultMatch } from './api/scriptedFaults';
import { selector } from './api/selectors';

/** One request that came in, as an audit log would have it. */
export interface SeenRequest {
  readonly verb: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly contentType: string | null;
  readonly authorization: string | null;
}

/** A write before it is stored. Throws ApiRefusal to refuse it, as quotas and policies do. */
export type Admission = (operation: 'CREATE' | 'UPDATE' | 'DELETE', object: ApiObject) => void;

const EVERYTHING: readonly AccessRule[] = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];

export class ApiServer {
  readonly store = new ObjectStore();
  readonly watches = new OpenWatches(this.store);
  readonly requests: SeenRequest[] = [];
  /** What the rules did not allow. */
  readonly refused: Attempt[] = [];
  /** What the account may do; all at first. */
  rules: readonly AccessRule[] = EVERYTHING;
  /** Groups that are not installed. */
  readonly missingGroups = new Set<string>();
  readonly admissions: Admission[] = [];
  /** Where set, every request must bring it. */
  token: string | null = null;
  user = 'system:serviceaccount:test:default';
  /** The pod that the account's token is bound to; null: nothing tells who asks. */
  pod: { readonly name: string; readonly uid: string } | null = null;
  readonly #faults = new ScriptedFaults();
  readonly #lists = new PagedLists(this.store);
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(port = 0): Promise<ApiServer> {
    const server = new ApiServer();
    await server.listen(port);
    return server;
  }

  /** Also again after `stop`, with the same objects. */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  }

  /** Cuts every connection. */
  async stop(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The next `times` requests that fit have this effect. */
  fault(match: FaultMatch, effect: FaultEffect, times = 1): void {
    this.#faults.add(match, effect, times);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    const url = new URL(request.url ?? '/', 'http://server');
    const text = await readText(request);
    const addressee = addresseeOf(url.pathname);
    this.requests.push({
      verb: verbOf(method, url, addressee),
      method,
      path: decodeURIComponent(url.pathname),
      query: url.search,
      contentType: headers['content-type'] ?? null,
      authorization: headers.authorization ?? null
    });
    const effect = this.#faults.take(method, url);
    if (playFault(effect, request, response)) {
      return;
    }
    try {
      const answer = this.#answer(method, url, addressee, headers, text, response);
      if (effect?.kind === 'reset after') {
        request.socket.resetAndDestroy();
      } else if (answer !== null) {
        respond(response, answer.status, answer.body);
      }
    } catch (error) {
      const refusal = error instanceof ApiRefusal ? error : new ApiRefusal(400, 'BadRequest', String(error));
      if (refusal.retryAfter !== null) {
        response.setHeader('retry-after', refusal.retryAfter);
      }
      respond(response, refusal.status, refusal.toStatus());
    }
  }

  /** Null where the answer is a stream. */
  #answer(
    method: string,
    url: URL,
    addressee: Addressee | null,
    headers: IncomingMessage['headers'],
    text: string,
    response: ServerResponse
  ): { status: number; body: object } | null {
    if (this.token !== null && headers.authorization !== `Bearer ${this.token}`) {
      throw new ApiRefusal(401, 'Unauthorized', 'Unauthorized');
    }
    if (addressee === null) {
      return { status: 200, body: this.#discovery(url.pathname) };
    }
    const { kind, group, resource, namespace, name, subresource } = addressee;
    const body: unknown = text === '' ? {} : JSON.parse(text);
    const review =
      this.pod !== null && resource === 'selfsubjectreviews'
        ? subjectReview(this.user, this.pod)
        : answerReview(this.rules, resource, body);
    if (review !== null) {
      return { status: 201, body: review };
    }
    if (kind === null || this.missingGroups.has(group)) {
      throw new ApiRefusal(404, 'NotFound', 'the server could not find the requested resource');
    }
    const full = subresource === null ? resource : `${resource}/${subresource}`;
    const attempt = { verb: verbOf(method, url, addressee), group, resource: full, namespace, name };
    if (!isAllowed(this.rules, attempt)) {
      this.refused.push(attempt);
      throw refusedAttempt(this.user, attempt);
    }
    if (method === 'GET' && name === null) {
      const matches = selector(url.searchParams.get('labelSelector'), url.searchParams.get('fieldSelector'));
      if (isWatchOf(url)) {
        this.watches.start(kind, addressee, matches, url.searchParams, response);
        return null;
      }
      return { status: 200, body: this.#lists.read(kind, addressee, matches, url.searchParams) };
    }
    return this.#single(method, kind, addressee, body, headers['content-type'], isDryRun(method, url, text));
  }

  #single(
    method: string,
    { kind, namespaced }: ResourceKind,
    { namespace, name }: Addressee,
    body: unknown,
    contentType: string | undefined,
    dryRun: boolean
  ): { status: number; body: object } {
    const place = namespaced && namespace !== null ? { namespace } : {};
    const reference = { kind, ...place, name: name ?? '' };
    const { store } = this;
    if (method === 'POST') {
      const sent = body as NewObject;
      const draft = { ...sent, kind, metadata: { ...sent.metadata, ...place } };
      const complete = store.complete(draft);
      this.#admit('CREATE', complete);
      return { status: 201, body: dryRun ? withoutVersion(complete) : store.create(complete as unknown as NewObject) };
    }
    const existing = store.get(reference);
    switch (method) {
      case 'GET':
        return { status: 200, body: existing };
      case 'PATCH': {
        if (contentType !== 'application/merge-patch+json') {
          throw new ApiRefusal(
            415,
            'UnsupportedMediaType',
            `the body of the request was in an unknown format: ${contentType ?? ''}`
          );
        }
        const after = store.patched(reference, body);
        this.#admit('UPDATE', after);
        return { status: 200, body: dryRun ? after : store.replace(reference, after) };
      }
      case 'PUT': {
        const after = store.patched(reference, { metadata: (body as NewObject).metadata });
        const replaced = { ...(body as ApiObject), metadata: after.metadata };
        this.#admit('UPDATE', replaced);
        return { status: 200, body: store.replace(reference, replaced) };
      }
      case 'DELETE': {
        this.#admit('DELETE', existing);
        const { preconditions = {} } = body as { preconditions?: { uid?: string; resourceVersion?: string } };
        return { status: 200, body: dryRun ? existing : store.delete(reference, preconditions) };
      }
      default:
        throw new ApiRefusal(405, 'MethodNotAllowed', `${method} is not possible here`);
    }
  }

  #admit(operation: Parameters<Admission>[0], object: ApiObject): void {
    this.admissions.forEach(admit => admit(operation, object));
  }

  #discovery(path: string): object {
    if (path === '/version') {
      return { major: '1', minor: '36', gitVersion: 'v1.36.3' };
    }
    const installed = RESOURCE_KINDS.filter(({ group }) => !this.missingGroups.has(group));
    if (path === '/apis') {
      const groups = [...new Set(installed.map(({ group }) => group))].filter(group => group !== '');
      return {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: groups.map(name => ({ name, versions: [{ groupVersion: `${name}/v1`, version: 'v1' }] }))
      };
    }
    const found = installed.filter(kind => path === (kind.group === '' ? '/api/v1' : `/apis/${apiVersionOf(kind)}`));
    const [first] = found;
    if (first === undefined) {
      throw new ApiRefusal(404, 'NotFound', 'the server could not find the requested resource');
    }
    const resources = found.map(({ resource: name, kind, namespaced }) => ({
      name,
      kind,
      namespaced,
      verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete']
    }));
    return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(first), resources };
  }
}

function verbOf(method: string, url: URL, addressee: Addressee | null): string {
  const collection = addressee !== null && addressee.name === null;
  switch (method) {
    case 'GET':
      return collection ? (isWatchOf(url) ? 'watch' : 'list') : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'DELETE':
      return collection ? 'deletecollection' : 'delete';
    default:
      return method.toLowerCase();
  }
}

/** A DELETE with a body is told by that alone, as apiserver's handlers/delete.go does it: its query counts for nothing. */
function isDryRun(method: string, url: URL, body: string): boolean {
  return method === 'DELETE' && body !== ''
    ? ((JSON.parse(body) as { dryRun?: readonly string[] }).dryRun ?? []).includes('All')
    : url.searchParams.get('dryRun') === 'All';
}

/** What was not stored has no version. */
function withoutVersion(object: ApiObject): object {
  return { ...object, metadata: { ...object.metadata, resourceVersion: undefined } };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
