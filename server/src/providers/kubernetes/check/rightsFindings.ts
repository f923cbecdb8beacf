/** What the report says of the account's rights: each missing one by name, what it is for and which role has it. Pure. */
import type { Obstacle } from '../accountRights';
import { GROUP } from '../names';
import type { AccountReview } from './accountReview';
import { fine, off, unknown, warning, type Found } from './found';
import { NEEDED_RIGHTS, type NeededRight } from './neededRights';

/** Who is asked about, for sentences. */
export interface Subject {
  readonly review: AccountReview;
  readonly namespace: string;
}

const who = ({ review }: Subject): string => (review.account === null ? 'This account' : `Account ${review.account}`);

/** The command that gives the account a role in the namespace; null: it is not known who that is. */
function grant({ review, namespace }: Subject, role: string): string | null {
  const { account, serviceAccount } = review;
  if (account === null) {
    return null;
  }
  const name = `${role}-${account.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-')}`;
  const subject =
    serviceAccount === null
      ? `--user='${account}'`
      : `--serviceaccount=${serviceAccount.namespace}:${serviceAccount.name}`;
  return `kubectl -n ${namespace} create rolebinding ${name} --clusterrole=${role} ${subject}`;
}

/** The command that lets the account read classes, which belong to no namespace. */
export function grantClasses({ review }: Subject): string | null {
  const { serviceAccount } = review;
  return serviceAccount === null
    ? null
    : `kubectl create clusterrolebinding ${serviceAccount.namespace}-${serviceAccount.name}-classes --clusterrole=datamark-cluster-viewer --serviceaccount=${serviceAccount.namespace}:${serviceAccount.name}`;
}

/** Why something is refused for want of a right; the same words in the report and everywhere else. */
export function missingRight(
  subject: Subject,
  right: Pick<NeededRight, 'verb' | 'group' | 'resource'> & Partial<NeededRight>
): Obstacle {
  const role = right.role ?? null;
  return {
    reason: `${who(subject)} may not ${right.verb} ${right.resource} in ${subject.namespace}.`,
    fix: role === null ? 'An admin can grant it.' : `An admin can grant it with the role ${role}.`
  };
}

/** All of them; one line for what is there. `restores`: whether the cluster has any to have rights on. */
export function rightsFindings(subject: Subject, restores: boolean): Found[] {
  const { review } = subject;
  if (review.error !== null) {
    return [
      unknown({
        id: 'rights',
        title: 'Rights',
        message: `The Kubernetes API does not tell what this account may do: ${review.error.message}`,
        fix: 'Everything is tried; what is refused says so.',
        docs: 'rights'
      })
    ];
  }
  const needed = NEEDED_RIGHTS.filter(({ group }) => restores || group !== GROUP);
  const missing = needed.filter(right => right.title !== null && review.may(right) === false);
  return [...missing.map(right => missingFinding(subject, right)), ...presentFinding(review, needed)];
}

function missingFinding(subject: Subject, right: NeededRight): Found {
  const { reason, fix } = missingRight(subject, right);
  const parts = {
    id: `rights/${right.verb}-${right.resource}`,
    title: right.title ?? '',
    command: grant(subject, right.role),
    docs: right.verb === 'watch' ? 'without-watch' : 'rights'
  };
  if (right.actions.length > 0) {
    return off([...right.actions], { ...parts, message: reason, fix });
  }
  if (right.verb === 'watch') {
    const message = `${reason} Datamark looks every 2 to 30 seconds instead while the panel is visible: later, and more work for the cluster.`;
    return warning({ ...parts, message, fix });
  }
  return warning({ ...parts, message: `${reason} It is needed to ${right.purpose}.`, fix });
}

/** `get, list, watch, create volumesnapshots; create persistentvolumeclaims.` */
function presentFinding(review: AccountReview, needed: readonly NeededRight[]): Found[] {
  const verbs = new Map<string, string[]>();
  for (const right of needed) {
    if (right.title !== null && review.may(right) === true) {
      verbs.set(right.resource, [...(verbs.get(right.resource) ?? []), right.verb]);
    }
  }
  if (verbs.size === 0) {
    return [];
  }
  const ORDER = ['get', 'list', 'watch', 'create', 'patch', 'delete'];
  const words = [...verbs].map(
    ([resource, of]) => `${of.sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other)).join(', ')} ${resource}`
  );
  return [fine({ id: 'rights', title: 'Rights', message: `${words.join('; ')}.`, docs: 'rights' })];
}
