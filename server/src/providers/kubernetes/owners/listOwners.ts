/**
 * Reads the snapshots of everybody whom the account may see, in pages, and keeps only the sums per owner. Takes the whole
 * cluster at once where that is allowed, else each namespace that is, else the one of this server or account.
 */
import { z } from 'zod';
import type { OwnerList } from '../../../../../contract';
import { KubernetesError, type KubernetesApi } from '../client/kubernetesApi';
import { unknownNamespace } from '../client/unknownNamespace';
import { labels, MANAGED_BY } from '../names';
import { ObjectMetadata, paths, SNAPSHOT_GROUP, VolumeSnapshot } from '../resources';
import { OwnerSums, type CountedSnapshot } from './ownerSums';

export interface ListOwnersOptions {
  readonly api: KubernetesApi;
  /** Only these namespaces; empty: all that may be listed. */
  readonly namespaces: readonly string[];
  /** Where even namespaces can't be listed; null: nothing tells one. */
  readonly ownNamespace: string | null;
  readonly now: Date;
  /** Called after each page: how many were read, and how many remain where the server says it. */
  readonly progress: (read: number, remaining: number | null) => void;
}

const ALL_SNAPSHOTS = `/apis/${SNAPSHOT_GROUP}/v1/volumesnapshots`;
const PAGE_SIZE = 500;
const TRIES = 3;

const Page = z.object({
  metadata: z.object({ continue: z.string().optional(), remainingItemCount: z.number().optional() }),
  items: z.array(VolumeSnapshot.extend({ metadata: ObjectMetadata.extend({ namespace: z.string() }) })).nullable()
});
const NamespacePage = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(z.object({ metadata: z.object({ name: z.string() }) })).nullable()
});

/** Throws KubernetesError where nothing at all may be listed. */
export async function listOwners(options: ListOwnersOptions): Promise<OwnerList> {
  const { api, now } = options;
  const answer = (
    sums: readonly OwnerSums[],
    namespaces: readonly string[] | null,
    refused: readonly string[]
  ): OwnerList => ({
    server: api.server,
    asOf: now.toISOString(),
    namespaces: namespaces === null ? null : [...namespaces],
    refused: [...refused],
    snapshots: sums.reduce((count, one) => count + one.snapshots, 0),
    items: sums.flatMap(one => one.totals()).sort((one, other) => other.snapshots - one.snapshots)
  });
  if (options.namespaces.length === 0) {
    const everywhere = await unlessForbidden(sumOf(options, ALL_SNAPSHOTS, 0));
    if (everywhere !== null) {
      return answer([everywhere], null, []);
    }
  }
  const chosen = options.namespaces.length > 0 ? options.namespaces : await visibleNamespaces(options);
  const sums: OwnerSums[] = [];
  const refused: string[] = [];
  let last: unknown = null;
  for (const namespace of chosen) {
    const before = sums.reduce((count, one) => count + one.snapshots, 0);
    const sum = await unlessForbidden(sumOf(options, paths.snapshots(namespace), before), error => (last = error));
    if (sum === null) {
      refused.push(namespace);
    } else {
      sums.push(sum);
    }
  }
  if (sums.length === 0 && last !== null) {
    throw last;
  }
  const read = chosen.filter(namespace => !refused.includes(namespace));
  return answer(sums, read, refused);
}

/** Sums of one collection. A page token that expires on the way means to begin anew: no page is counted twice. */
async function sumOf({ api, now, progress }: ListOwnersOptions, path: string, before: number): Promise<OwnerSums> {
  for (let attempt = 1; ; attempt += 1) {
    const sums = new OwnerSums(now.getTime());
    try {
      await eachPage(api, path, (items, remaining) => {
        items.forEach(item => sums.add(item));
        progress(before + sums.snapshots, remaining);
      });
      return sums;
    } catch (error) {
      if (!(error instanceof KubernetesError && error.status === 410) || attempt === TRIES) {
        throw error;
      }
    }
  }
}

async function eachPage(
  api: KubernetesApi,
  path: string,
  take: (items: readonly CountedSnapshot[], remaining: number | null) => void
): Promise<void> {
  let next: string | undefined;
  do {
    const labelSelector = `${labels.managedBy}=${MANAGED_BY}`;
    const page = await api.request({
      path,
      query: { labelSelector, limit: PAGE_SIZE, continue: next },
      schema: Page
    });
    next = page.metadata.continue === '' ? undefined : page.metadata.continue;
    take(page.items ?? [], next === undefined ? 0 : (page.metadata.remainingItemCount ?? null));
  } while (next !== undefined);
}

/** All namespaces where they may be listed, else the own one. */
async function visibleNamespaces({ api, ownNamespace }: ListOwnersOptions): Promise<string[]> {
  const names: string[] = [];
  let next: string | undefined;
  do {
    const query = { limit: PAGE_SIZE, continue: next };
    const page = await unlessForbidden(api.request({ path: '/api/v1/namespaces', query, schema: NamespacePage }));
    if (page === null) {
      if (ownNamespace === null) {
        throw unknownNamespace();
      }
      return [ownNamespace];
    }
    names.push(...(page.items ?? []).map(({ metadata }) => metadata.name));
    next = page.metadata.continue === '' ? undefined : page.metadata.continue;
  } while (next !== undefined);
  return names;
}

/** null where the account may not do it. */
async function unlessForbidden<T>(
  work: Promise<T>,
  told: (error: unknown) => void = () => undefined
): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 403) {
      told(error);
      return null;
    }
    throw error;
  }
}
