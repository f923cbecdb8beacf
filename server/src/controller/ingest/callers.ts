/**
 * Who asks: the pod that the token is bound to, as the API server says by a TokenReview for the audience of Datamark, and the
 * claims that this pod mounts. Known for half a minute by a hash of the token; the token itself is kept nowhere.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { KubernetesError, type KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { paths } from '../../providers/kubernetes/resources';
import { ClusterPod } from '../clusterObjects';
import { orNull } from '../readOptional';
import { IngestRefusal } from './ingestRefusal';
import { mountedClaims } from './mountedClaims';

/** Audience that the token must be made for. */
export const AUDIENCE = 'datamark';
const GOOD_FOR_MS = 30_000;
const MOST_KNOWN = 5_000;
const LONGEST_TOKEN = 16_384;

const Texts = z.array(z.string()).default([]);
const UserInfo = z.object({
  username: z.string().default(''),
  uid: z.string().default(''),
  groups: Texts,
  extra: z.record(z.string(), z.array(z.string())).default({})
});
const TokenReview = z.object({
  status: z.object({
    authenticated: z.boolean().default(false),
    audiences: Texts,
    user: UserInfo.default({ username: '', uid: '', groups: [], extra: {} })
  })
});

/** A service account as reviews name it. */
export type CallerAccount = z.infer<typeof UserInfo>;

export interface Caller {
  readonly account: CallerAccount;
  readonly namespace: string;
  readonly pod: { readonly name: string; readonly uid: string };
  /** Names of the claims that its containers mount. */
  readonly claims: readonly string[];
}

export interface CallersOptions {
  readonly api: KubernetesApi;
  /** Namespaces whose pods may ask; null: all. */
  readonly namespaces: readonly string[] | null;
  /** How long it is known who a token is of, ms. */
  readonly goodForMs?: number;
}

export class Callers {
  readonly #options: CallersOptions;
  readonly #known = new Map<string, { readonly caller: Promise<Caller>; readonly until: number }>();

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  /** Throws IngestRefusal. `beforeReview` is called where the token is not known yet. */
  async of(authorization: string | undefined, beforeReview: () => void): Promise<Caller> {
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || token.length > LONGEST_TOKEN) {
      throw new IngestRefusal('no-token');
    }
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.#known.get(hash);
    if (known !== undefined && performance.now() < known.until) {
      return known.caller;
    }
    beforeReview();
    const caller = this.#identify(token);
    this.#remember(hash, caller);
    return caller;
  }

  /** Refusals by the cluster are remembered too, so that a wrong token does not ask it each time; failures are not. */
  #remember(hash: string, caller: Promise<Caller>): void {
    const { goodForMs = GOOD_FOR_MS } = this.#options;
    const entry = { caller, until: performance.now() + goodForMs };
    this.#known.delete(hash);
    this.#known.set(hash, entry);
    const [oldest] = this.#known.size > MOST_KNOWN ? this.#known.keys() : [];
    if (oldest !== undefined) {
      this.#known.delete(oldest);
    }
    caller.catch((error: unknown) => {
      if (!(error instanceof IngestRefusal && error.status < 500) && this.#known.get(hash) === entry) {
        this.#known.delete(hash);
      }
    });
  }

  async #identify(token: string): Promise<Caller> {
    try {
      const account = await this.#reviewed(token);
      const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(account.username) ?? [];
      const podName = account.extra['authentication.kubernetes.io/pod-name']?.[0];
      const podUid = account.extra['authentication.kubernetes.io/pod-uid']?.[0];
      if (namespace === undefined || name === undefined || !podName || !podUid) {
        throw new IngestRefusal('unbound');
      }
      const { namespaces } = this.#options;
      if (namespaces !== null && !namespaces.includes(namespace)) {
        throw new IngestRefusal('namespace');
      }
      const claims = mountedClaims(await this.#pod(namespace, podName, podUid));
      return { account, namespace, pod: { name: podName, uid: podUid }, claims };
    } catch (error) {
      throw error instanceof KubernetesError
        ? new IngestRefusal('cluster', error.retryAfterMs, { cause: error })
        : error;
    }
  }

  async #reviewed(token: string): Promise<CallerAccount> {
    const { status } = await this.#options.api.request({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, audiences: [AUDIENCE] }
      },
      schema: TokenReview
    });
    // An authenticator that knows no audiences names none: the token could be for anybody.
    if (!status.authenticated || !status.audiences.includes(AUDIENCE)) {
      throw new IngestRefusal('token');
    }
    return status.user;
  }

  async #pod(namespace: string, name: string, uid: string): Promise<ClusterPod> {
    const path = `${paths.pods(namespace)}/${name}`;
    const pod = await orNull(this.#options.api.request({ path, schema: ClusterPod }));
    const isOver = ['Succeeded', 'Failed'].includes(pod?.status.phase ?? '');
    if (pod === null || pod.metadata.uid !== uid || pod.metadata.deletionTimestamp !== undefined || isOver) {
      throw new IngestRefusal('pod');
    }
    return pod;
  }
}
