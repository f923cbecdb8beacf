/** Lists of the API server stand-in, page by page as of one moment. */
import { ApiRefusal } from './apiRefusal';
import type { Addressee } from './apiAddressee';
import type { ApiObject, ObjectStore } from './objectStore';
import { apiVersionOf, type ResourceKind } from './resourceKinds';
import type { Matches } from './selectors';

interface Rest {
  readonly version: number;
  readonly items: readonly ApiObject[];
}

export class PagedLists {
  readonly #store: ObjectStore;
  readonly #rests = new Map<string, Rest>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  read(kind: ResourceKind, { namespace }: Addressee, matches: Matches, query: URLSearchParams): object {
    const token = query.get('continue');
    const { version, items } =
      token === null
        ? { version: this.#store.version, items: this.#store.list(kind, namespace).filter(matches) }
        : this.#rest(token);
    const limit = Number(query.get('limit')) || items.length;
    const rest = items.slice(limit);
    const metadata: Record<string, unknown> = { resourceVersion: String(version) };
    if (rest.length > 0) {
      const next = Buffer.from(`${version}:${this.#rests.size}`).toString('base64url');
      this.#rests.set(next, { version, items: rest });
      metadata['continue'] = next;
      // With a selector the server does not count what it has not read.
      if (!query.has('labelSelector') && !query.has('fieldSelector')) {
        metadata['remainingItemCount'] = rest.length;
      }
    }
    return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: items.slice(0, limit) };
  }

  #rest(token: string): Rest {
    const rest = this.#rests.get(token);
    if (rest === undefined) {
      throw new ApiRefusal(400, 'BadRequest', 'continue key is not valid');
    }
    if (this.#store.isCompacted(rest.version)) {
      throw new ApiRefusal(
        410,
        'Expired',
        'The provided continue parameter is too old to display a consistent list result.'
      );
    }
    return rest;
  }
}
