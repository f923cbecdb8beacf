/**
 * Which owners of a claim exist still: a reference to one that does not gets the claim collected within a second.
 * An owner that can't be looked at is left out, which is safe.
 */
import { z } from 'zod';
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import type { RestoreWork } from '../strategy';
import type { OwnerReference } from './claimManifests';

const Resources = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() }))
});
const Existing = z.object({ metadata: z.object({ uid: z.string() }) });

/** Those of this uid that are there. */
export async function livingOwners(
  { api, log, restore }: Pick<RestoreWork, 'api' | 'restore'> & Partial<Pick<RestoreWork, 'log'>>,
  owners: readonly OwnerReference[]
): Promise<OwnerReference[]> {
  const { namespace } = restore.metadata;
  const uids = await Promise.all(owners.map(owner => uidOf(api, namespace, owner)));
  const living: OwnerReference[] = [];
  for (const [index, { apiVersion, kind, name, uid, controller }] of owners.entries()) {
    if (uids[index] === uid) {
      living.push({ apiVersion, kind, name, uid, ...(controller === undefined ? {} : { controller }) });
    } else {
      log?.info(
        { restore: restore.metadata.name, owner: `${kind} ${name}` },
        'owner left out: it is gone or can’t be read'
      );
    }
  }
  return living;
}

async function uidOf(
  api: RestoreWork['api'],
  namespace: string,
  { apiVersion, kind, name }: Pick<OwnerReference, 'apiVersion' | 'kind' | 'name'>
): Promise<string | null> {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  try {
    const { resources } = await api.request({ path: root, schema: Resources });
    const resource = resources.find(one => one.kind === kind && !one.name.includes('/'));
    if (resource === undefined) {
      return null;
    }
    const scope = resource.namespaced ? `/namespaces/${namespace}` : '';
    const { metadata } = await api.request({ path: `${root}${scope}/${resource.name}/${name}`, schema: Existing });
    return metadata.uid;
  } catch (error) {
    if (error instanceof KubernetesError && error.status >= 400 && error.status < 500 && error.status !== 429) {
      return null;
    }
    throw error;
  }
}
