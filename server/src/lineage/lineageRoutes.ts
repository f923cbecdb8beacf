/** Routes of lineage. */
import type { RouteHandlers } from '../http/routeHandler';
import type { RecentLook } from '../observed/recentLook';
import type { LineageService } from './lineageService';

type LineageRoutes = Pick<RouteHandlers, 'mlflowStatus' | 'listRuns' | 'listLinkedSnapshots'>;

/** Handlers of this feature. */
export function lineageRoutes(lineage: LineageService, recentLook: RecentLook): LineageRoutes {
  return {
    mlflowStatus: () => lineage.status(),
    listRuns: ({ query }) => lineage.runs(query),
    listLinkedSnapshots: async ({ query }) => {
      await recentLook.have();
      return lineage.snapshots(query);
    }
  };
}
