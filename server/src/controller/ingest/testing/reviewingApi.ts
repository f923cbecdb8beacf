/** The API server stand-in with what it does not know: reviews of tokens and of accounts, and Trident’s mirrors. */
import { z } from 'zod';
import {
  KubernetesError,
  type ApiList,
  type ApiRequest,
  type KubernetesApi,
  type ListRequest,
  type Watch,
  type WatchRequest
} from '../../../providers/kubernetes/client/kubernetesApi';

/** Whose token it is, as the API server would say. */
export interface KnownToken {
  readonly namespace: string;
  readonly account?: string;
  /** null: bound to none. */
  readonly pod: { readonly name: string; readonly uid: string } | null;
  /** Empty: accepted by an authenticator that knows no audiences. */
  readonly audiences?: readonly string[];
}

const AskedToken = z.object({ spec: z.object({ token: z.string(), audiences: z.array(z.string()) }) });
const AskedAccess = z.object({
  spec: z.object({
    user: z.string(),
    resourceAttributes: z.object({ namespace: z.string(), verb: z.string(), resource: z.string(), name: z.string() })
  })
});

export class ReviewingApi implements KubernetesApi {
  readonly tokens = new Map<string, KnownToken>();
  /** `<namespace>/<verb>` that accounts may do with mirrors. */
  readonly allowed = new Set<string>();
  /** Status of Trident’s mirrors by namespace; none: Trident is not installed. */
  readonly trident = new Map<
    string,
    readonly { readonly localPVCName: string; readonly localVolumeHandle: string }[]
  >();
  reviews = 0;
  accessReviews = 0;
  /** The next reviews fail so. */
  failing: KubernetesError | null = null;

  constructor(private readonly real: KubernetesApi) {}

  get server(): string {
    return this.real.server;
  }

  get namespace(): string | null {
    return this.real.namespace;
  }

  now(): Date {
    return this.real.now();
  }

  async request<T>(request: ApiRequest<T>): Promise<T> {
    if (request.path.endsWith('/tokenreviews')) {
      return request.schema.parse(this.#tokenReview(request.body));
    }
    if (request.path.endsWith('/subjectaccessreviews')) {
      return request.schema.parse(this.#accessReview(request.body));
    }
    return this.real.request(request);
  }

  async list<T>(request: ListRequest<T>): Promise<ApiList<T>> {
    const [, namespace] = /namespaces\/([^/]+)\/tridentmirrorrelationships$/.exec(request.path) ?? [];
    if (namespace === undefined) {
      return this.real.list(request);
    }
    const conditions = this.trident.get(namespace);
    if (conditions === undefined) {
      throw new KubernetesError(404, 'NotFound', 'the server could not find the requested resource');
    }
    const items = conditions.map(condition => request.item.parse({ status: { conditions: [condition] } }));
    return { items, resourceVersion: '1' };
  }

  watch<T>(request: WatchRequest<T>): Watch {
    return this.real.watch(request);
  }

  dispose(): Promise<void> {
    return this.real.dispose();
  }

  #tokenReview(body: unknown): object {
    this.reviews += 1;
    if (this.failing !== null) {
      throw this.failing;
    }
    const { token, audiences } = AskedToken.parse(body).spec;
    const known = this.tokens.get(token);
    const shared = (known?.audiences ?? ['datamark']).filter(audience => audiences.includes(audience));
    if (known === undefined || (shared.length === 0 && known.audiences?.length !== 0)) {
      return { status: { authenticated: false } };
    }
    const { namespace, account = 'default', pod } = known;
    const extra =
      pod === null
        ? {}
        : {
            'authentication.kubernetes.io/pod-name': [pod.name],
            'authentication.kubernetes.io/pod-uid': [pod.uid]
          };
    const user = { username: `system:serviceaccount:${namespace}:${account}`, uid: 'u', groups: [], extra };
    return { status: { authenticated: true, audiences: shared, user } };
  }

  #accessReview(body: unknown): object {
    this.accessReviews += 1;
    const { namespace, verb, resource } = AskedAccess.parse(body).spec.resourceAttributes;
    return { status: { allowed: resource === 'mirrors' && this.allowed.has(`${namespace}/${verb}`) } };
  }
}
