/**
 * Asks the API server who the account is and what it may do in its namespace. One SelfSubjectRulesReview tells all where
 * the authorizers can list their rules; what it leaves open is asked one by one (SelfSubjectAccessReview).
 */
import { z } from 'zod';
import type { Verb } from '../accountRights';
import { KubernetesError, type KubernetesApi } from '../client/kubernetesApi';

/** What an account may do to one kind of object. */
export interface Right {
  readonly verb: Verb;
  /** '' for core. */
  readonly group: string;
  readonly resource: string;
}

export interface AccountReview {
  /** For people: `nb-alice` for a service account, else the user's name; null: the server does not tell. */
  readonly account: string | null;
  /** Namespace and name where it is a service account. */
  readonly serviceAccount: { readonly namespace: string; readonly name: string } | null;
  /** Whether a right is there; `unknown` where no review told. */
  may(right: Right): boolean | 'unknown';
  /** Why nothing is known; null: the reviews were answered. */
  readonly error: KubernetesError | null;
}

const Rule = z.object({
  verbs: z.array(z.string()),
  apiGroups: z.array(z.string()).default([]),
  resources: z.array(z.string()).default([]),
  resourceNames: z.array(z.string()).default([])
});
type Rule = z.infer<typeof Rule>;

const RulesReview = z.object({
  status: z.object({
    resourceRules: z
      .array(Rule)
      .nullable()
      .transform(rules => rules ?? []),
    incomplete: z.boolean().default(false)
  })
});
const AccessReview = z.object({ status: z.object({ allowed: z.boolean() }) });
const SubjectReview = z.object({ status: z.object({ userInfo: z.object({ username: z.string().default('') }) }) });

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
const AUTHORIZATION = '/apis/authorization.k8s.io/v1';

export interface ReviewOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  /** Asked one by one where the list of rules is not complete. */
  readonly needed: readonly Right[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Never rejects: what can't be asked is unknown. */
export async function reviewAccount(options: ReviewOptions): Promise<AccountReview> {
  const [username, rules] = await Promise.all([usernameOf(options), reviewRules(options)]);
  const [, namespace, name] = SERVICE_ACCOUNT.exec(username ?? '') ?? [];
  const who = {
    account: name ?? username,
    serviceAccount: namespace === undefined || name === undefined ? null : { namespace, name }
  };
  if (rules instanceof KubernetesError || rules.incomplete) {
    const known = rules instanceof KubernetesError ? [] : rules.resourceRules;
    const open = options.needed.filter(right => allowed(known, right) === false);
    const asked = new Map<string, boolean | 'unknown'>();
    await Promise.all(open.map(async right => asked.set(keyOf(right), await reviewRight(options, right))));
    const nothingTold = known.length === 0 && [...asked.values()].every(answer => answer === 'unknown');
    return {
      ...who,
      may: right => {
        const told = allowed(known, right);
        return told === false ? (asked.get(keyOf(right)) ?? 'unknown') : told;
      },
      error: rules instanceof KubernetesError && nothingTold ? rules : null
    };
  }
  return { ...who, may: right => allowed(rules.resourceRules, right), error: null };
}

/** Whether the rules give the right. A rule that names objects leaves it open: it depends on the object. */
function allowed(rules: readonly Rule[], { verb, group, resource }: Right): boolean | 'unknown' {
  const has = (values: readonly string[], value: string): boolean => values.includes(value) || values.includes('*');
  const fitting = rules.filter(
    rule => has(rule.verbs, verb) && has(rule.apiGroups, group) && has(rule.resources, resource)
  );
  if (fitting.some(rule => rule.resourceNames.length === 0)) {
    return true;
  }
  return fitting.length > 0 && verb !== 'create' ? 'unknown' : false;
}

const keyOf = ({ verb, group, resource }: Right): string => `${verb} ${group}/${resource}`;

async function usernameOf({ api, timeoutMs, signal }: ReviewOptions): Promise<string | null> {
  try {
    const review = await api.request({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      schema: SubjectReview,
      timeoutMs,
      ...(signal === undefined ? {} : { signal })
    });
    return review.status.userInfo.username || null;
  } catch (error) {
    return nullFor(error);
  }
}

async function reviewRules({
  api,
  namespace,
  timeoutMs,
  signal
}: ReviewOptions): Promise<z.infer<typeof RulesReview>['status'] | KubernetesError> {
  try {
    const review = await api.request({
      method: 'POST',
      path: `${AUTHORIZATION}/selfsubjectrulesreviews`,
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } },
      schema: RulesReview,
      timeoutMs,
      ...(signal === undefined ? {} : { signal })
    });
    return review.status;
  } catch (error) {
    if (error instanceof KubernetesError) {
      return error;
    }
    throw error;
  }
}

async function reviewRight(
  { api, namespace, timeoutMs, signal }: ReviewOptions,
  { verb, group, resource }: Right
): Promise<boolean | 'unknown'> {
  try {
    const review = await api.request({
      method: 'POST',
      path: `${AUTHORIZATION}/selfsubjectaccessreviews`,
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { namespace, verb, group, resource } }
      },
      schema: AccessReview,
      timeoutMs,
      ...(signal === undefined ? {} : { signal })
    });
    return review.status.allowed;
  } catch (error) {
    return nullFor(error) ?? 'unknown';
  }
}

/** null for an answer that did not come or was refused; everything else is a defect. */
function nullFor(error: unknown): null {
  if (error instanceof KubernetesError) {
    return null;
  }
  throw error;
}
