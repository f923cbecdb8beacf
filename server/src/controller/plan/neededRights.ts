/** What the controller's account needs for each way to restore, asked of the API server and remembered for a while. */
import { z } from 'zod';
import type { KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { GROUP } from '../../providers/kubernetes/names';
import { RESTORE_RESOURCE, type ControllerStrategy } from '../../providers/kubernetes/volumeRestore';
import { GATE_POLICY } from '../gate';

/** A verb on a resource, as people write it: `create jobs.batch`. */
interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly scope: 'namespace' | 'cluster';
  /** Only of this object. */
  readonly name?: string;
}

const rights = (verbs: string, group: string, resource: string, scope: Right['scope'] = 'namespace'): Right[] =>
  verbs.split(' ').map(verb => ({ verb, group, resource, scope }));

const SNAPSHOTS = 'snapshot.storage.k8s.io';

/** For any plan, and to carry out any. */
const READ: readonly Right[] = [
  ...rights('get list watch patch', GROUP, RESTORE_RESOURCE),
  ...rights('get list watch create delete', '', 'pods'),
  ...rights('get list watch patch', '', 'persistentvolumeclaims'),
  ...rights('list watch', '', 'resourcequotas'),
  ...rights('get list watch', '', 'persistentvolumes', 'cluster'),
  ...rights('get list watch', SNAPSHOTS, 'volumesnapshots'),
  ...rights('get', SNAPSHOTS, 'volumesnapshotcontents', 'cluster'),
  ...rights('get', 'storage.k8s.io', 'storageclasses', 'cluster'),
  {
    verb: 'get',
    group: 'admissionregistration.k8s.io',
    resource: 'validatingadmissionpolicybindings',
    scope: 'cluster',
    name: GATE_POLICY
  }
];

const CLAIMS = rights('create delete', '', 'persistentvolumeclaims');
const JOBS = rights('get list watch create patch delete', 'batch', 'jobs');

const BY_STRATEGY: Readonly<Record<ControllerStrategy, readonly Right[]>> = {
  swap: [...CLAIMS, ...rights('patch', '', 'persistentvolumes', 'cluster')],
  copy: [...CLAIMS, ...JOBS, ...rights('create delete', SNAPSHOTS, 'volumesnapshots')],
  files: [...CLAIMS, ...JOBS]
};

/** Without these restores go on: plans stay, restores are not found again, and why something waits is not told. */
const BESIDE: readonly Right[] = [...rights('create delete', GROUP, RESTORE_RESOURCE), ...rights('list', '', 'events')];

/** Rights that are missing, as words; of reading they are missing for every way. */
export interface MissingRights {
  readonly reading: readonly string[];
  /** No way needs them. */
  readonly beside: readonly string[];
  readonly strategies: Readonly<Record<ControllerStrategy, readonly string[]>>;
}

/** What is missing though every way works without it, as a sentence; null: nothing. */
export const missingBeside = ({ beside }: MissingRights): string | null =>
  beside.length === 0
    ? null
    : `The controller’s account lacks the right to ${beside.join(', ')}: an admin can grant it (deploy/controller/rbac.yaml).`;

const Review = z.object({ status: z.object({ allowed: z.boolean() }) });

const words = ({ verb, group, resource }: Right): string => `${verb} ${resource}${group === '' ? '' : `.${group}`}`;

/** Asks for one namespace, each right once. */
async function missingRights(api: KubernetesApi, namespace: string): Promise<MissingRights> {
  const needed = new Map(
    [...READ, ...BESIDE, ...Object.values(BY_STRATEGY).flat()].map(right => [words(right), right])
  );
  const missing = new Set<string>();
  await Promise.all(
    [...needed].map(async ([key, { scope, ...right }]) => {
      const attributes = { ...right, ...(scope === 'namespace' ? { namespace } : {}) };
      const { status } = await api.request({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: attributes }
        },
        schema: Review
      });
      if (!status.allowed) {
        missing.add(key);
      }
    })
  );
  const missingOf = (of: readonly Right[]): string[] => of.map(words).filter(key => missing.has(key));
  return {
    reading: missingOf(READ),
    beside: missingOf(BESIDE),
    strategies: {
      swap: missingOf(BY_STRATEGY.swap),
      copy: missingOf(BY_STRATEGY.copy),
      files: missingOf(BY_STRATEGY.files)
    }
  };
}

/** A look at the rights is good for so long, ms. */
const GOOD_FOR_MS = 60_000;

/** The rights by namespace as last asked for. Missing ones are asked for again at once: an admin may be mending them. */
export class KnownRights {
  readonly #known = new Map<string, { readonly missing: MissingRights; readonly at: number }>();

  constructor(private readonly api: KubernetesApi) {}

  async of(namespace: string): Promise<MissingRights> {
    const known = this.#known.get(namespace);
    if (known !== undefined && performance.now() - known.at < GOOD_FOR_MS && isComplete(known.missing)) {
      return known.missing;
    }
    const missing = await missingRights(this.api, namespace);
    this.#known.set(namespace, { missing, at: performance.now() });
    return missing;
  }
}

const isComplete = ({ reading, beside, strategies }: MissingRights): boolean =>
  reading.length + beside.length === 0 && Object.values(strategies).every(missing => missing.length === 0);
