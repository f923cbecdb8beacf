/** Routes of what lineage writes. */
import type { RouteHandlers } from '../http/routeHandler';
import type { LineageWriting } from './lineageWriting';

type LineageWritingRoutes = Pick<
  RouteHandlers,
  'linkRun' | 'completeRuns' | 'getPin' | 'pinSnapshots' | 'unpinSnapshots'
>;

/** Handlers of this feature. */
export function lineageWritingRoutes(writing: LineageWriting): LineageWritingRoutes {
  return {
    linkRun: async ({ body }) => writing.link(body),
    completeRuns: ({ body }) => writing.complete(body),
    getPin: async ({ query }) => writing.pinOf(query),
    pinSnapshots: ({ body }) => writing.pin(body),
    unpinSnapshots: async ({ query }) => writing.unpin(query)
  };
}
