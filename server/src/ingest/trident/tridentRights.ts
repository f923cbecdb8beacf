/** What the account may do with Trident’s objects: as the review of its rights tells, and what that leaves open asked one by one. */
import { z } from 'zod';
import type { Capability } from '../../../../contract';
import type { Verb } from '../../providers/kubernetes/accountRights';
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import type { KubernetesServices } from '../../providers/kubernetes/services';
import { RELATIONSHIPS, TRIDENT_GROUP, UPDATES } from './tridentObjects';

/** How long an answer counts. */
const KEPT_MS = 60_000;

const AccessReview = z.object({ status: z.object({ allowed: z.boolean() }) });

interface Right {
  readonly verb: Verb;
  readonly resource: string;
}

const NEEDED: readonly Right[] = [
  { verb: 'create', resource: UPDATES },
  { verb: 'delete', resource: UPDATES },
  { verb: 'patch', resource: RELATIONSHIPS }
];

/** Of deploy/rbac/trident-mirrors.yaml, by what they allow first. */
const ROLES: Readonly<Record<string, string>> = {
  create: 'datamark-mirror-user',
  delete: 'datamark-mirror-user',
  patch: 'datamark-mirror-promoter'
};

export class TridentRights {
  private readonly asked = new Map<string, { readonly allowed: boolean; readonly at: number }>();

  constructor(private readonly services: KubernetesServices) {}

  /** Asks for what is open. Never rejects: what can’t be asked stays open, and is tried. */
  async look(signal?: AbortSignal): Promise<void> {
    await Promise.all(NEEDED.filter(right => this.isOpen(right)).map(right => this.ask(right, signal)));
  }

  capability({ verb, resource }: Right): Capability {
    const { namespace, rights } = this.services;
    const told = rights.may(verb, TRIDENT_GROUP, resource);
    const allowed = told === 'unknown' ? (this.asked.get(`${verb} ${resource}`)?.allowed ?? true) : told;
    return allowed
      ? { available: true }
      : {
          available: false,
          reason:
            rights.missing(verb, TRIDENT_GROUP, resource)?.reason ??
            `This account may not ${verb} ${resource} in ${namespace}.`,
          fix: `An admin can grant it with the role ${ROLES[verb] ?? ''}: ${verb} on ${resource} of ${TRIDENT_GROUP}, in namespace ${namespace}.`
        };
  }

  private isOpen({ verb, resource }: Right): boolean {
    const kept = this.asked.get(`${verb} ${resource}`);
    const isFresh = kept !== undefined && performance.now() - kept.at < KEPT_MS;
    return !isFresh && this.services.rights.may(verb, TRIDENT_GROUP, resource) === 'unknown';
  }

  private async ask({ verb, resource }: Right, signal?: AbortSignal): Promise<void> {
    const { api, namespace } = this.services;
    try {
      const { status } = await api.request({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { namespace, verb, group: TRIDENT_GROUP, resource } }
        },
        schema: AccessReview,
        ...(signal === undefined ? {} : { signal })
      });
      this.asked.set(`${verb} ${resource}`, { allowed: status.allowed, at: performance.now() });
    } catch (error) {
      if (!(error instanceof KubernetesError)) {
        throw error;
      }
    }
  }
}
