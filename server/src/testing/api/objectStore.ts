/**
 * Objects with uids, resource versions, finalizers and a history, as the API server keeps them in etcd.
 * Tests write here directly what controllers and other people would do.
 */
import { randomUUID } from 'node:crypto';
import { ApiRefusal } from './apiRefusal';
import { mergePatch } from './mergePatch';
import { apiVersionOf, RESOURCE_KINDS, type ResourceKind } from './resourceKinds';

export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly generation: number;
    readonly finalizers?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** What a test writes: the store adds the rest. */
export interface NewObject {
  readonly kind: string;
  readonly metadata: {
    readonly name?: string;
    readonly generateName?: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export interface ObjectReference {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface Change {
  readonly version: number;
  readonly kind: ResourceKind;
  /** Null: it was created now. */
  readonly before: ApiObject | null;
  /** With `removed`, the last state. */
  readonly after: ApiObject;
  readonly removed: boolean;
}

export interface Preconditions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

export class ObjectStore {
  readonly #objects = new Map<string, ApiObject>();
  readonly #history: Change[] = [];
  readonly #listeners = new Set<(change: Change) => void>();
  #version = 1000;
  #compactedTo = 0;

  get version(): number {
    return this.#version;
  }

  /** Told of each change, in order, after it was made. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes after a version; null when they are not known any more. */
  changesAfter(version: number): readonly Change[] | null {
    return version < this.#compactedTo ? null : this.#history.filter(change => change.version > version);
  }

  /** Forgets the history, as etcd's compaction. */
  compact(): void {
    this.#version++;
    this.#compactedTo = this.#version;
    this.#history.length = 0;
  }

  isCompacted(version: number): boolean {
    return version < this.#compactedTo;
  }

  /** Sorted as etcd does; of all namespaces for null. */
  list(kind: ResourceKind, namespace: string | null): ApiObject[] {
    const prefix = `${kind.group}/${kind.resource}/`;
    return [...this.#objects]
      .filter(([key]) => key.startsWith(namespace === null ? prefix : `${prefix}${namespace}/`))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, object]) => object);
  }

  /** All of a kind, by its name. */
  listAll(kind: string, namespace: string | null = null): ApiObject[] {
    return this.list(kindOf(kind), namespace);
  }

  find(reference: ObjectReference): ApiObject | null {
    return this.#objects.get(keyOf(reference)) ?? null;
  }

  get(reference: ObjectReference): ApiObject {
    const object = this.find(reference);
    if (object === null) {
      const { group, resource } = kindOf(reference.kind);
      const full = group === '' ? resource : `${resource}.${group}`;
      throw new ApiRefusal(404, 'NotFound', `${full} "${reference.name}" not found`);
    }
    return object;
  }

  /** Throws AlreadyExists. */
  create(draft: NewObject): ApiObject {
    const kind = kindOf(draft.kind);
    const object = this.complete(draft);
    if (
      this.find(
        object.metadata.namespace === undefined
          ? named(object)
          : { ...named(object), namespace: object.metadata.namespace }
      ) !== null
    ) {
      const full = kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`;
      throw new ApiRefusal(409, 'AlreadyExists', `${full} "${object.metadata.name}" already exists`);
    }
    return this.#write(kind, null, object);
  }

  /** The object as `create` would store it. */
  complete(draft: NewObject): ApiObject {
    const kind = kindOf(draft.kind);
    const {
      generateName,
      name = `${generateName ?? ''}${randomUUID().slice(0, 5)}`,
      namespace,
      ...metadata
    } = draft.metadata;
    return {
      ...draft,
      apiVersion: apiVersionOf(kind),
      metadata: {
        uid: randomUUID(),
        creationTimestamp: `${new Date().toISOString().slice(0, 19)}Z`,
        generation: 1,
        resourceVersion: '',
        ...metadata,
        name,
        ...(kind.namespaced ? { namespace: namespace ?? 'default' } : {})
      }
    };
  }

  /** A merge patch. Taking the last finalizer off an object that is being deleted removes it. */
  patch(reference: ObjectReference, patch: unknown): ApiObject {
    return this.replace(reference, this.patched(reference, patch));
  }

  /** The object as `patch` would store it. */
  patched(reference: ObjectReference, patch: unknown): ApiObject {
    const before = this.get(reference);
    const { metadata } = (typeof patch === 'object' && patch !== null ? patch : {}) as {
      metadata?: { resourceVersion?: string; uid?: string };
    };
    check(before, { resourceVersion: metadata?.resourceVersion });
    if (metadata?.uid !== undefined && metadata.uid !== before.metadata.uid) {
      const message = `${reference.kind} "${reference.name}" is invalid: metadata.uid: Invalid value: "${metadata.uid}": field is immutable`;
      throw new ApiRefusal(422, 'Invalid', message, null, [{ reason: 'FieldValueInvalid', field: 'metadata.uid' }]);
    }
    return mergePatch(before, patch) as ApiObject;
  }

  replace(reference: ObjectReference, after: ApiObject): ApiObject {
    const before = this.get(reference);
    const kind = kindOf(reference.kind);
    if (before.metadata.deletionTimestamp !== undefined && (after.metadata.finalizers ?? []).length === 0) {
      return this.#remove(kind, after);
    }
    return this.#write(kind, before, after);
  }

  /** What is left: the object that waits for its finalizers, or its last state. */
  delete(reference: ObjectReference, preconditions: Preconditions = {}): ApiObject {
    const before = this.get(reference);
    check(before, preconditions);
    const kind = kindOf(reference.kind);
    if ((before.metadata.finalizers ?? []).length === 0) {
      return this.#remove(kind, before);
    }
    if (before.metadata.deletionTimestamp !== undefined) {
      return before;
    }
    const deletionTimestamp = `${new Date().toISOString().slice(0, 19)}Z`;
    return this.#write(kind, before, { ...before, metadata: { ...before.metadata, deletionTimestamp } });
  }

  #remove(kind: ResourceKind, object: ApiObject): ApiObject {
    const last = this.#next(object);
    this.#objects.delete(keyOf(last));
    this.#tell({ version: this.#version, kind, before: object, after: last, removed: true });
    return last;
  }

  #write(kind: ResourceKind, before: ApiObject | null, object: ApiObject): ApiObject {
    const after = this.#next(object);
    this.#objects.set(keyOf(after), after);
    this.#tell({ version: this.#version, kind, before, after, removed: false });
    return after;
  }

  #next(object: ApiObject): ApiObject {
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
  }

  #tell(change: Change): void {
    this.#history.push(change);
    for (const listener of this.#listeners) {
      listener(change);
    }
  }
}

const named = ({ kind, metadata: { name } }: ApiObject): ObjectReference => ({ kind, name });

function keyOf(of: ApiObject | ObjectReference): string {
  const { name, namespace } = 'metadata' in of ? of.metadata : (of as ObjectReference);
  const { group, resource, namespaced } = kindOf(of.kind);
  return `${group}/${resource}/${namespaced ? `${namespace ?? 'default'}/` : ''}${name}`;
}

function kindOf(name: string): ResourceKind {
  const found = RESOURCE_KINDS.find(({ kind }) => kind === name);
  if (found === undefined) {
    throw new Error(`The stand-in knows no kind ${name}: add it to resourceKinds.ts.`);
  }
  return found;
}

function check({ metadata }: ApiObject, { uid, resourceVersion }: Preconditions): void {
  const refuse = (what: string, asked: string, is: string): never => {
    throw new ApiRefusal(
      409,
      'Conflict',
      `Operation cannot be fulfilled on "${metadata.name}": Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${is}`
    );
  };
  if (uid !== undefined && uid !== metadata.uid) {
    refuse('UID', uid, metadata.uid);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    refuse('ResourceVersion', resourceVersion, metadata.resourceVersion);
  }
}
