/** Restores of a namespace that are being carried out, asked of the API server: never all, as thousands may be over. */
import type { KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';
import { restorePath, type VolumeRestore } from '../providers/kubernetes/volumeRestore';
import { isReadable, ReadableRestore, type UnreadableRestore } from './followedRestore';
import { UNDER_WAY } from './underWay';

/** What a list holds. */
export interface RestoreList {
  readonly read: readonly VolumeRestore[];
  readonly unreadable: readonly UnreadableRestore[];
}

/** By the label that each has before it takes hold of its claim. */
export const restoresUnderWay = (api: KubernetesApi, namespace: string): Promise<RestoreList> =>
  list(api, namespace, `${UNDER_WAY}=true`);

/** Those that are over too. */
export const allRestores = (api: KubernetesApi, namespace: string): Promise<RestoreList> => list(api, namespace);

async function list(api: KubernetesApi, namespace: string, labelSelector?: string): Promise<RestoreList> {
  const { items } = await api.list({
    path: restorePath(namespace),
    item: ReadableRestore,
    ...(labelSelector === undefined ? {} : { labelSelector })
  });
  return {
    read: items.filter(isReadable),
    unreadable: items.filter((one): one is UnreadableRestore => !isReadable(one))
  };
}
