/** What the report says of the namespace: what is left of its quotas, and whether its owners are kept apart. Pure. */
import type { ClaimRecord } from '../volumes/claims';
import { bytesOf } from '../quantity';
import type { DryRun, Isolation, Read } from './clusterFacts';
import { fine, notApplicable, off, unknown, warning, type Found } from './found';
import { limitsOf, limitWords, type Limit, type ResourceQuota } from './resourceQuota';

/** What still fits, and what does not any more. */
export function quotaFindings(quotas: Read<ResourceQuota>, claims: readonly ClaimRecord[], namespace: string): Found[] {
  const parts = { id: 'quota', title: 'Quota', docs: 'quota' };
  if (quotas.state === 'forbidden') {
    const message = `This account may not list resourcequotas in ${namespace}: what is left of a quota is not known.`;
    return [unknown({ ...parts, message, fix: 'This is optional. The role datamark-viewer has the right.' })];
  }
  if (quotas.state === 'failed') {
    const message = `What is left of the quotas of ${namespace} can’t be read: ${quotas.error.message}`;
    return [unknown({ ...parts, message, fix: 'Check again in a minute.' })];
  }
  const limits = limitsOf(quotas.items);
  if (limits.length === 0) {
    return [fine({ ...parts, message: `No quota of ${namespace} limits snapshots or claims.` })];
  }
  const full = limits.flatMap(limit => exhausted(limit, claims));
  const words = limits.map(limit => `${limitWords(limit)} (${limit.quota})`).join(', ');
  return full.length > 0 ? full : [fine({ ...parts, message: `Used so far: ${words}.` })];
}

function exhausted(limit: Limit, claims: readonly ClaimRecord[]): Found[] {
  const { quota, key, counts, hard, used, storageClass } = limit;
  const parts = {
    id: `quota/${quota}/${key}`,
    fix: `Delete ${counts === 'snapshots' ? 'snapshots' : 'clones'} that are not needed any more, or ask an admin to raise the quota ${quota}.`,
    docs: 'quota'
  };
  if (counts === 'snapshots') {
    return hard > used
      ? []
      : [
          off(['snapshot'], {
            ...parts,
            title: 'Quota of snapshots',
            message: `The quota ${quota} is used up: ${limitWords(limit)}.`
          })
        ];
  }
  const concerned = claims.filter(({ volume }) => storageClass === null || volume.storageClass === storageClass);
  const needed = (record: ClaimRecord): number =>
    counts === 'claims' ? 1 : (bytesOf(record.object?.spec.resources.requests['storage']) ?? 1);
  return concerned
    .filter(record => used + needed(record) > hard)
    .map(({ claim, volume }) =>
      off(
        ['clone'],
        {
          ...parts,
          id: `${parts.id}/${claim}`,
          title: `Clones of ${volume.name}`,
          message: `The quota ${quota} leaves no room for a clone of ${volume.name}: ${limitWords(limit)}.`,
          object: volume.name
        },
        claim
      )
    );
}

/** The policies act where the namespace names the account that its servers share. */
const applyIn = (namespace: string): string =>
  `kubectl apply -f deploy/policies/isolation.yaml && kubectl label namespace ${namespace} datamark.github.io/shared-account=datamark-singleuser`;
const APPLY_OR_SAY =
  'An admin can apply the policies in deploy/policies, or say with c.DatamarkExtension.isolation that they are not needed here.';

/** Whether one owner's account can reach another's volumes through snapshots and clones. */
export function isolationFindings(isolation: Isolation, namespace: string): Found[] {
  const parts = { id: 'isolation', title: 'Isolation of owners', docs: 'isolation' };
  switch (isolation.state) {
    case 'declared':
      return isolation.as === 'off'
        ? [
            warning({
              ...parts,
              message: `An admin turned this check off: whoever works in ${namespace} may reach the volumes of all others there.`,
              fix: 'Set c.DatamarkExtension.isolation to auto to have it checked.'
            })
          ]
        : [
            fine({
              ...parts,
              message:
                isolation.as === 'policy'
                  ? `An admin says that a policy keeps the owners of ${namespace} apart.`
                  : `An admin says that ${namespace} has one owner.`
            })
          ];
    case 'alone':
      return [fine({ ...parts, message: `No claim in ${namespace} says that it is somebody else’s.` })];
    case 'unknown':
      return [
        unknown({
          ...parts,
          message:
            isolation.why === 'forbidden'
              ? `Whether others keep claims in ${namespace} is not known: this account may not list them.`
              : isolation.why === 'own-claim-unknown'
                ? `Others keep claims in ${namespace}; whether a policy protects them can’t be tried without a claim of your own.`
                : `Whether others keep claims in ${namespace} can’t be found out: ${isolation.why.message}`,
          fix: 'An admin can say it with c.DatamarkExtension.isolation.'
        })
      ];
    case 'shared':
      return sharedFindings(isolation, namespace, parts);
  }
}

function sharedFindings(
  { claim, owner, snapshot, clone }: Extract<Isolation, { state: 'shared' }>,
  namespace: string,
  parts: { id: string; title: string; docs: string }
): Found[] {
  const tried = [
    ...(snapshot === null ? [] : [{ action: 'snapshot', noun: 'snapshots', ...snapshot } as const]),
    ...(clone === null ? [] : [{ action: 'clone', noun: 'clones', ...clone } as const])
  ];
  if (tried.length === 0) {
    const message = `Others keep claims in ${namespace}, and this account may make neither snapshots nor clones.`;
    return [notApplicable({ ...parts, message })];
  }
  return tried.map(({ action, noun, own, foreign }) => {
    const about = { ...parts, id: `isolation/${action}` };
    if (foreign.state === 'accepted') {
      return off([action], {
        ...about,
        message: `No policy keeps the owners in ${namespace} apart: this account could make ${noun} of ${claim}, which is ${owner}’s.`,
        fix: APPLY_OR_SAY,
        command: applyIn(namespace)
      });
    }
    if (foreign.state === 'unclear') {
      const message = `Whether a policy keeps this account from ${noun} of others’ volumes can’t be tried: ${foreign.error.message}`;
      return unknown({ ...about, message, fix: 'An admin can say it with c.DatamarkExtension.isolation.' });
    }
    return own.state === 'refused' ? refusedToo(about, noun, own) : kept(about, noun, foreign.by);
  });
}

const kept = (parts: { id: string; title: string; docs: string }, noun: string, by: string): Found =>
  fine({ ...parts, message: `${by} keeps this account from ${noun} of others’ volumes.` });

const refusedToo = (
  parts: { id: string; title: string; docs: string },
  noun: string,
  own: Extract<DryRun, { state: 'refused' }>
): Found =>
  warning({
    ...parts,
    message: `${own.by} also refused a trial with your own volume, so ${noun} may fail: ${own.message}`,
    fix: 'Ask an admin whether the policy fits the name of your claim; deploy/policies/isolation-by-table.yaml fits any name.'
  });
