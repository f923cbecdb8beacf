/** An API client whose process dies at its n-th write: before the server has it, or when it is done but not answered. */
import type { ApiRequest, KubernetesApi } from '../../../providers/kubernetes/client/kubernetesApi';

/** Thrown by every call after the cut. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

export interface Cut {
  /** From 1. */
  readonly write: number;
  readonly when: 'before' | 'after';
}

/** The client with the cut; null: none. `writes` counts those that were sent. */
export function cutApi(
  api: KubernetesApi,
  cut: Cut | null
): { readonly api: KubernetesApi; readonly writes: () => string[] } {
  const writes: string[] = [];
  let isDead = false;
  const die = (): never => {
    isDead = true;
    throw new Killed(`killed ${cut?.when ?? ''} ${writes.at(-1) ?? ''}`);
  };
  const request = async <T>(asked: ApiRequest<T>): Promise<T> => {
    if (isDead) {
      die();
    }
    const { method = 'GET', path, query } = asked;
    if (method === 'GET' || query?.['dryRun'] !== undefined) {
      return api.request(asked);
    }
    writes.push(`${method} ${path.split('/').slice(-2).join('/')}`);
    const isCut = cut?.write === writes.length;
    if (isCut && cut.when === 'before') {
      die();
    }
    const answer = await api.request(asked);
    return isCut ? die() : answer;
  };
  return {
    writes: () => writes,
    api: {
      server: api.server,
      namespace: api.namespace,
      now: () => api.now(),
      request,
      list: asked => (isDead ? Promise.reject(new Killed('dead')) : api.list(asked)),
      watch: asked => api.watch(asked),
      dispose: () => api.dispose()
    }
  };
}
