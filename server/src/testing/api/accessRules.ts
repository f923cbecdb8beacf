/** Who may do what on the API server stand-in: enforced on each request, and told by the access reviews. */
import { z } from 'zod';
import { ApiRefusal } from './apiRefusal';

export interface AccessRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  /** Absent: in all. */
  readonly namespace?: string;
}

export interface Attempt {
  readonly verb: string;
  readonly group: string;
  /** With its subresource, for example `pods/log`. */
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string | null;
}

const has = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);

export function isAllowed(rules: readonly AccessRule[], { verb, group, resource, namespace, name }: Attempt): boolean {
  return rules.some(
    rule =>
      has(rule.verbs, verb) &&
      has(rule.apiGroups, group) &&
      has(rule.resources, resource) &&
      (rule.namespace === undefined || rule.namespace === namespace) &&
      (rule.resourceNames === undefined || (name !== null && rule.resourceNames.includes(name)))
  );
}

/** In the API server's words. */
export function refusedAttempt(user: string, { verb, group, resource, namespace, name }: Attempt): ApiRefusal {
  const full = group === '' ? resource : `${resource}.${group}`;
  const where = namespace === null ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return new ApiRefusal(
    403,
    'Forbidden',
    `${full}${name === null ? '' : ` "${name}"`} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`
  );
}

const AccessReview = z.looseObject({
  spec: z.looseObject({
    resourceAttributes: z
      .object({
        verb: z.string(),
        group: z.string().default(''),
        resource: z.string(),
        subresource: z.string().optional(),
        namespace: z.string().optional(),
        name: z.string().optional()
      })
      .optional()
  })
});

const RulesReview = z.looseObject({ spec: z.object({ namespace: z.string() }) });

/** The answer of a review, or null when the resource is none. */
export function answerReview(rules: readonly AccessRule[], resource: string, body: unknown): object | null {
  if (resource === 'selfsubjectaccessreviews') {
    const review = AccessReview.parse(body);
    const asked = review.spec.resourceAttributes;
    const allowed =
      asked !== undefined &&
      isAllowed(rules, {
        verb: asked.verb,
        group: asked.group,
        resource: asked.subresource === undefined ? asked.resource : `${asked.resource}/${asked.subresource}`,
        namespace: asked.namespace || null,
        name: asked.name ?? null
      });
    return { ...review, kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', status: { allowed } };
  }
  if (resource === 'selfsubjectrulesreviews') {
    const review = RulesReview.parse(body);
    const resourceRules = rules
      .filter(({ namespace }) => namespace === undefined || namespace === review.spec.namespace)
      .map(({ namespace: _, ...rule }) => rule);
    const status = { resourceRules, nonResourceRules: [], incomplete: false };
    return { ...review, kind: 'SelfSubjectRulesReview', apiVersion: 'authorization.k8s.io/v1', status };
  }
  return null;
}

/** Who asks, with the pod that the token is bound to. */
export const subjectReview = (username: string, { name, uid }: { name: string; uid: string }): object => ({
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'SelfSubjectReview',
  status: {
    userInfo: {
      username,
      extra: {
        'authentication.kubernetes.io/pod-name': [name],
        'authentication.kubernetes.io/pod-uid': [uid]
      }
    }
  }
});
