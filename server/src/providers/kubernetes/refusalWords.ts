/** Reads the texts in which an API server refuses: rights, quotas and admission policies. Pure. */

/** The ClusterRoles that are shipped, by what they allow first. */
const ROLES: Readonly<Record<string, string>> = {
  get: 'datamark-viewer',
  list: 'datamark-viewer',
  watch: 'datamark-viewer',
  create: 'datamark-user',
  patch: 'datamark-user',
  delete: 'datamark-manager'
};

export interface MissingRight {
  /** A sentence that names the account, the verb and the resource. */
  readonly words: string;
  /** The role that has it, of those that are shipped. */
  readonly role: string | null;
}

/** From RBAC's text (`… User "u" cannot create resource "r" in API group "g" in the namespace "n"`); null: it is not that. */
export function missingRight(message: string): MissingRight | null {
  const match =
    /User "([^"]+)" cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/.exec(
      message
    );
  if (match === null) {
    return null;
  }
  const [, user = '', verb = '', resource = '', group = '', namespace] = match;
  const account = /^system:serviceaccount:[^:]+:(.+)$/.exec(user)?.[1];
  const who = account === undefined ? `User ${user}` : `Account ${account}`;
  const where = namespace === undefined ? 'in the cluster' : `in namespace ${namespace}`;
  const isOurs = ['', 'snapshot.storage.k8s.io', 'datamark.github.io'].includes(group);
  return {
    words: `${who} may not ${verb} ${resource} ${where}.`,
    role: isOurs ? (ROLES[verb] ?? null) : null
  };
}

/**
 * The quota that is used up, from the text of the quota admission
 * (`exceeded quota: q, requested: count/x=1, used: count/x=5, limited: count/x=5`); null: it is not about a quota.
 */
export function quotaWords(message: string): string | null {
  const [, quota, requested = '', used = '', limited = ''] =
    /exceeded quota: ([^,]+), requested: (.+), used: (.+), limited: (.+)$/.exec(message) ?? [];
  if (quota === undefined) {
    return /exceeded quota/.test(message) ? `A quota is used up: ${message}` : null;
  }
  const of = (list: string, resource: string): string =>
    list
      .split(',')
      .map(entry => entry.split('='))
      .find(([name]) => name === resource)?.[1] ?? '?';
  const [resource = ''] = (requested.split(',')[0] ?? '').split('=');
  return `Quota ${quota} is used up: ${of(used, resource)} of ${of(limited, resource)} ${resource}.`;
}

/** What an admission policy or webhook says; its own words are the reason. Null: it is neither. */
export function policyWords(message: string): string | null {
  const policy = /ValidatingAdmissionPolicy '([^']+)' with binding '[^']+' denied request: (.+)$/s.exec(message);
  if (policy !== null) {
    const [, name = '', words = ''] = policy;
    return `Policy ${name} of the cluster forbids it: ${sentence(words)}`;
  }
  const webhook = /admission webhook "([^"]+)" denied the request(?:: (.+))?$/s.exec(message);
  if (webhook !== null) {
    const [, name = '', words = 'it gives no reason'] = webhook;
    return `Rule ${name} of the cluster forbids it: ${sentence(words)}`;
  }
  return null;
}

const sentence = (words: string): string => (/[.!?]$/.test(words.trim()) ? words.trim() : `${words.trim()}.`);
