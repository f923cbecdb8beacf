/** Routes of clones. */
import type { RouteHandlers } from '../../http/routeHandler';
import type { RecentLook } from '../../observed/recentLook';
import type { CloneService } from './cloneService';

type CloneRoutes = Pick<RouteHandlers, 'cloneSnapshot' | 'cloneVolume' | 'listClones' | 'deleteClone'>;

/** Handlers of this feature. */
export function cloneRoutes(clones: CloneService, recentLook: RecentLook): CloneRoutes {
  return {
    cloneSnapshot: ({ params, body, idempotencyKey }) => clones.ofSnapshot(params.snapshot, body, idempotencyKey),
    cloneVolume: ({ params, body, idempotencyKey }) => clones.ofVolume(params.volume, body, idempotencyKey),
    listClones: async () => {
      await recentLook.have();
      return { items: clones.list() };
    },
    deleteClone: ({ params, query }) => clones.delete(params.clone, query)
  };
}
