/** Reads a whole collection page by page, so that a large one never is in memory as one text. */
import { z } from 'zod';
import { callApi, type CallOptions } from './apiCall';
import { KubernetesError, type ApiList, type ListRequest } from './kubernetesApi';

/** As client-go. */
const PAGE_SIZE = 500;

/** All pages as of one moment. When the continue token expires on the way, it starts anew once. */
export async function listPages<T>(options: CallOptions, request: ListRequest<T>): Promise<ApiList<T>> {
  try {
    return await readPages(options, request);
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 410) {
      return readPages(options, request);
    }
    throw error;
  }
}

async function readPages<T>(options: CallOptions, request: ListRequest<T>): Promise<ApiList<T>> {
  const { path, labelSelector, fieldSelector, signal, progress, pageSize = PAGE_SIZE } = request;
  const schema = z.object({
    metadata: z.object({
      resourceVersion: z.string(),
      continue: z.string().optional(),
      remainingItemCount: z.number().optional()
    }),
    // Null where a server has none, as older ones say it.
    items: z.array(request.item).nullable()
  });
  const items: T[] = [];
  let next: string | undefined;
  for (;;) {
    const page = await callApi(options, {
      path,
      query: { labelSelector, fieldSelector, limit: pageSize, continue: next },
      schema,
      ...(signal === undefined ? {} : { signal })
    });
    for (const item of page.items ?? []) {
      items.push(item);
    }
    const { continue: following, resourceVersion, remainingItemCount } = page.metadata;
    const more = following !== undefined && following !== '';
    // A list with a selector does not know how many remain.
    progress?.(items.length, more ? (remainingItemCount ?? null) : 0);
    if (!more) {
      return { items, resourceVersion };
    }
    next = following;
  }
}
