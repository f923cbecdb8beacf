/** The watch streams of the API server stand-in: what was missed, then what happens, bookmarks when told. */
import type { ServerResponse } from 'node:http';
import type { Addressee } from './apiAddressee';
import type { ApiObject, Change, ObjectStore } from './objectStore';
import type { ResourceKind } from './resourceKinds';
import type { Matches } from './selectors';

interface OpenWatch {
  readonly response: ServerResponse;
  readonly kind: ResourceKind;
  readonly tell: (change: Change) => void;
  silent: boolean;
}

export class OpenWatches {
  readonly #store: ObjectStore;
  readonly #open = new Set<OpenWatch>();

  constructor(store: ObjectStore) {
    this.#store = store;
    store.subscribe(change => this.#open.forEach(watch => watch.tell(change)));
  }

  get count(): number {
    return this.#open.size;
  }

  start(
    kind: ResourceKind,
    { namespace, name }: Addressee,
    matches: Matches,
    query: URLSearchParams,
    response: ServerResponse
  ): void {
    const asked = query.get('resourceVersion') ?? '';
    const since = asked === '' || asked === '0' ? this.#store.version : Number(asked);
    const isMeant = (object: ApiObject): boolean =>
      (namespace === null || object.metadata.namespace === namespace) &&
      (name === null || object.metadata.name === name) &&
      matches(object);
    const watch: OpenWatch = {
      response,
      kind,
      silent: false,
      tell: change => {
        const event = change.kind === kind ? eventOf(change, isMeant) : null;
        if (event !== null && !watch.silent) {
          send(response, event.type, event.object);
        }
      }
    };
    response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    response.flushHeaders();
    const missed = this.#store.changesAfter(since);
    if (missed === null) {
      sendExpired(response, since, this.#store.version);
      return;
    }
    this.#open.add(watch);
    response.once('close', () => this.#open.delete(watch)).once('error', () => this.#open.delete(watch));
    missed.forEach(watch.tell);
    const seconds = Number(query.get('timeoutSeconds'));
    if (seconds > 0) {
      const timer = setTimeout(() => response.end(), seconds * 1000);
      response.once('close', () => clearTimeout(timer));
    }
  }

  /** Each is told how far it is. */
  bookmark(): void {
    for (const { response, kind, silent } of this.#open) {
      if (!silent) {
        const metadata = { resourceVersion: String(this.#store.version), creationTimestamp: null };
        send(response, 'BOOKMARK', { kind: kind.kind, apiVersion: 'v1', metadata });
      }
    }
  }

  /** All end as at their time-out. */
  end(): void {
    this.#open.forEach(({ response }) => response.end());
  }

  /** All are cut. */
  reset(): void {
    this.#open.forEach(({ response }) => response.socket?.resetAndDestroy());
  }

  /** Those that are open now say nothing any more, and stay open. */
  silence(): void {
    this.#open.forEach(watch => (watch.silent = true));
  }

  /** Each is told in the stream that its version is too old. */
  expire(): void {
    this.#open.forEach(({ response }) => sendExpired(response, 1, this.#store.version));
  }

  /** Each is told an error in the stream. */
  fail(status: number, reason: string): void {
    this.#open.forEach(({ response }) => {
      send(response, 'ERROR', {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        reason,
        message: reason,
        code: status
      });
      response.end();
    });
  }

  /** Each is sent a line that is cut off in its middle, and its connection is cut. */
  tear(): void {
    this.#open.forEach(({ response }) => {
      if (!response.writableEnded) {
        response.write('{"type":"ADDED","object":{"metadata":{"na', () => response.socket?.resetAndDestroy());
      }
    });
  }
}

/** Of an object that a selector does not match any more the watch is told as of one that was deleted. */
function eventOf(
  { before, after, removed }: Change,
  isMeant: (object: ApiObject) => boolean
): { type: string; object: ApiObject } | null {
  const was = before !== null && isMeant(before);
  const is = !removed && isMeant(after);
  if (!was && !is) {
    return null;
  }
  return { type: is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED', object: after };
}

function send(response: ServerResponse, type: string, object: object): void {
  if (response.writableEnded || response.destroyed) {
    return;
  }
  response.write(`${JSON.stringify({ type, object })}\n`);
}

function sendExpired(response: ServerResponse, since: number, version: number): void {
  const message = `too old resource version: ${since} (${version})`;
  send(response, 'ERROR', {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'Expired',
    message,
    code: 410
  });
  response.end();
}
