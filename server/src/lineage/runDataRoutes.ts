/** Routes that tell more of a run’s data: its card, what differs between two runs, and running one again. */
import type { RouteHandlers } from '../http/routeHandler';
import type { RecentLook } from '../observed/recentLook';
import { dataCard } from './card/dataCard';
import { CompareService } from './compare/compareService';
import type { LineageService } from './lineageService';
import type { ReproductionService } from './reproduce/reproductionService';

type RunDataRoutes = Pick<RouteHandlers, 'dataCard' | 'compareRuns' | 'planReproduction' | 'makeReproduction'>;

/** Handlers of this feature. */
export function runDataRoutes(
  lineage: Pick<LineageService, 'data'>,
  reproductions: ReproductionService,
  recentLook: RecentLook
): RunDataRoutes {
  const comparison = new CompareService(lineage);
  return {
    dataCard: async ({ query }) => {
      await recentLook.have();
      return dataCard(await lineage.data(query), new Date());
    },
    compareRuns: async ({ query }) => {
      await recentLook.have();
      return comparison.differences(query);
    },
    planReproduction: async ({ query }) => {
      await recentLook.have();
      return reproductions.plan(query);
    },
    makeReproduction: async ({ body, idempotencyKey }) => {
      await recentLook.have();
      return reproductions.make(body, idempotencyKey);
    }
  };
}
