/**
 * The one way to the Kubernetes API: a typed request, a paged list, and a watch that keeps itself going.
 * Callers name paths and schemas; connections, tokens, time-outs and back-off are behind this.
 */
import type { z } from 'zod';

/** What the API server answered instead of the object, from its `Status`, or that it could not be reached. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  constructor(
    /** HTTP status; 0: no answer came (unreachable, reset, time-out, aborted). */
    readonly status: number,
    /**
     * `reason` of the Status, for example `AlreadyExists`, `Forbidden`, `Expired`. For status 0 the system's code
     * (`ECONNREFUSED`, `ENOTFOUND`, `ECONNRESET`, …) or `ConnectTimeout` (nothing answers there: often a network policy),
     * `Timeout`, `Aborted`, `NoToken`, `NoConfiguration`, `InvalidConfiguration`, `AuthenticationFailed`, `InvalidPath`,
     * `NoNamespace`; of a watch also `WatchSilent`, `WatchClosed`. For an answer that the schema does not fit: `UnexpectedAnswer`.
     */
    readonly reason: string,
    message: string,
    /** From Retry-After, in ms. */
    readonly retryAfterMs: number | null = null,
    options?: ErrorOptions
  ) {
    super(message, options);
  }
}

export interface ApiRequest<T> {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /**
   * Absolute path in plain text, for example `/api/v1/namespaces/hub/persistentvolumeclaims/claim-ann`: each segment is
   * encoded here. An empty segment (a name that is missing), `.` and `..` are refused with `InvalidPath`.
   */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON; a PATCH is a merge patch, in which `metadata.uid` is a precondition: another life is a `Conflict`. */
  readonly body?: unknown;
  /** What is taken of the answer; the rest is dropped. */
  readonly schema: z.ZodType<T>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface ApiList<T> {
  readonly items: T[];
  readonly resourceVersion: string;
}

export interface ListRequest<T> {
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly item: z.ZodType<T>;
  /** Items asked for at a time; 500 unless told. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
  /** Called after each page with how many were read and how many remain, where the server says it. */
  readonly progress?: (read: number, remaining: number | null) => void;
}

export interface WatchRequest<T> extends ListRequest<T> {
  /**
   * Everything that is there: at the start, and again whenever what was missed is not known any more (410).
   * `resourceVersion` is that of the list: what was written after it is not in it yet.
   */
  readonly replaced: (items: readonly T[], resourceVersion: string) => void;
  readonly upserted: (item: T) => void;
  readonly deleted: (item: T) => void;
  /** Whether what was told so far is current. `broken` carries why; the watch goes on trying by itself. */
  readonly health: (state: WatchHealth) => void;
}

export type WatchHealth =
  | { readonly state: 'current' }
  | { readonly state: 'broken'; readonly error: KubernetesError; readonly since: Date; readonly retryAt: Date };

export interface Watch {
  /** Resolves when the first list was told; rejects with the first error, while the watch goes on trying. */
  readonly listed: Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

export interface KubernetesApi {
  /** For messages: host and port of the API server. */
  readonly server: string;
  /** Namespace of the account, or of the kubeconfig's context; null: nothing tells it (yet). */
  readonly namespace: string | null;
  /** Time of the API server, as far as its answers tell; by it go admission policies and the times in objects. */
  now(): Date;
  /** One call. 429 and 503 with Retry-After, and breaks of calls that change nothing, are tried again within the time-out. */
  request<T>(request: ApiRequest<T>): Promise<T>;
  /** All pages. Starts anew once when the continue token has expired. */
  list<T>(request: ListRequest<T>): Promise<ApiList<T>>;
  /** Lists, then watches with bookmarks, and resumes after every kind of break with back-off and jitter. */
  watch<T>(request: WatchRequest<T>): Watch;
  dispose(): Promise<void>;
}
