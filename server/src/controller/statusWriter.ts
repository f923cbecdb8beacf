/** Writes a VolumeRestore's status, and only onto the state that was read. */
import { KubernetesError, type KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';
import { restorePath, VolumeRestore, type RestoreStatus } from '../providers/kubernetes/volumeRestore';

/** Its VolumeRestore is of an older CustomResourceDefinition, which drops what the controller must remember. */
export class OlderDefinition extends Error {
  override readonly name = 'OlderDefinition';
}

export interface StatusWrite {
  readonly api: KubernetesApi;
  readonly restore: VolumeRestore;
  readonly status: Partial<RestoreStatus>;
}

/** The object as it is then. Rejects with a Conflict where it has changed meanwhile. */
export async function writeStatus({ api, restore, status }: StatusWrite): Promise<VolumeRestore> {
  const { name, namespace, uid, resourceVersion, generation } = restore.metadata;
  const written = { ...status, observedGeneration: generation };
  const after = await api
    .request({
      method: 'PATCH',
      path: `${restorePath(namespace)}/${name}/status`,
      body: { metadata: { uid, resourceVersion }, status: written },
      schema: VolumeRestore
    })
    .catch((error: unknown) => {
      throw error instanceof KubernetesError &&
        error.status === 404 &&
        error.message.includes('the server could not find')
        ? new OlderDefinition('it has no subresource status')
        : error;
    });
  const dropped = missingPart(written, after.status, 'status');
  if (dropped !== null) {
    throw new OlderDefinition(`it does not keep ${dropped}`);
  }
  return after;
}

/** The path of what was written and is not there; null: all is. */
function missingPart(sent: unknown, kept: unknown, path: string): string | null {
  if (sent === null || sent === undefined) {
    return null;
  }
  if (typeof sent !== 'object') {
    return kept === sent ? null : path;
  }
  if (typeof kept !== 'object' || kept === null) {
    return path;
  }
  for (const [key, value] of Object.entries(sent)) {
    const missing = missingPart(value, (kept as Record<string, unknown>)[key], `${path}.${key}`);
    if (missing !== null) {
      return missing;
    }
  }
  return null;
}
