/** Routes of retention. */
import type { RouteHandlers } from '../../http/routeHandler';
import type { RecentLook } from '../../observed/recentLook';
import type { RetentionService } from './retentionService';

/** Handlers of this feature. */
export function retentionRoutes(
  retention: RetentionService,
  recentLook: RecentLook
): Pick<RouteHandlers, 'runRetention'> {
  return {
    runRetention: async ({ body, requestId }) => {
      await recentLook.have();
      return retention.run(body, requestId);
    }
  };
}
