/** What the account of a pod may do with the mirror of a claim: the cluster’s own rules on a resource that exists for this alone. */
import { z } from 'zod';
import type { KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import type { Caller } from './callers';
import { MIRROR_VERBS, type MirrorRights, type MirrorVerb } from './mirrorCapabilities';

const GOOD_FOR_MS = 60_000;
const MOST_KNOWN = 20_000;

const AccessReview = z.object({ status: z.object({ allowed: z.boolean().default(false) }) });

export class MirrorAccess {
  readonly #api: KubernetesApi;
  readonly #known = new Map<string, { readonly allowed: Promise<boolean>; readonly until: number }>();

  constructor({ api }: { readonly api: KubernetesApi }) {
    this.#api = api;
  }

  /** As known for a minute at most; `anew` asks the cluster now. Throws KubernetesError. */
  async rights(caller: Caller, claim: string, { anew = false } = {}): Promise<MirrorRights> {
    const allowed = await Promise.all(MIRROR_VERBS.map(verb => this.#may(caller, claim, verb, anew)));
    const [update = false, promote = false, resync = false] = allowed;
    return { update, promote, resync };
  }

  #may(caller: Caller, claim: string, verb: MirrorVerb, anew: boolean): Promise<boolean> {
    const key = JSON.stringify([caller.account.username, caller.pod.uid, claim, verb]);
    const known = this.#known.get(key);
    if (!anew && known !== undefined && performance.now() < known.until) {
      return known.allowed;
    }
    const entry = { allowed: this.#ask(caller, claim, verb), until: performance.now() + GOOD_FOR_MS };
    this.#known.delete(key);
    this.#known.set(key, entry);
    const [oldest] = this.#known.size > MOST_KNOWN ? this.#known.keys() : [];
    if (oldest !== undefined) {
      this.#known.delete(oldest);
    }
    entry.allowed.catch(() => {
      if (this.#known.get(key) === entry) {
        this.#known.delete(key);
      }
    });
    return entry.allowed;
  }

  async #ask({ account, namespace }: Caller, claim: string, verb: MirrorVerb): Promise<boolean> {
    const { username, uid, groups, extra } = account;
    const resourceAttributes = { namespace, verb, group: 'datamark.github.io', resource: 'mirrors', name: claim };
    const { status } = await this.#api.request({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: username, uid, groups, extra, resourceAttributes }
      },
      schema: AccessReview
    });
    return status.allowed;
  }
}
