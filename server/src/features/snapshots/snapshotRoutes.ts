/** Routes of snapshots. */
import type { RouteHandlers } from '../../http/routeHandler';
import type { RecentLook } from '../../observed/recentLook';
import type { SnapshotService } from './snapshotService';

type SnapshotRoutes = Pick<
  RouteHandlers,
  | 'lookElsewhere'
  | 'listSnapshots'
  | 'createSnapshot'
  | 'createSnapshots'
  | 'getSnapshot'
  | 'updateSnapshot'
  | 'deleteSnapshot'
  | 'retrySnapshot'
>;

/** Handlers of this feature. */
export function snapshotRoutes(snapshots: SnapshotService, recentLook: RecentLook): SnapshotRoutes {
  return {
    listSnapshots: async ({ params, query }) => {
      await recentLook.have();
      return snapshots.page(params.volume, query);
    },
    lookElsewhere: ({ params }) => snapshots.lookElsewhere(params.volume),
    createSnapshot: ({ params, body, idempotencyKey }) => snapshots.create(params.volume, body, idempotencyKey),
    createSnapshots: ({ body, idempotencyKey, requestId }) => snapshots.createSeveral(body, idempotencyKey, requestId),
    getSnapshot: async ({ params }) => snapshots.get(params.snapshot),
    updateSnapshot: ({ params, body }) => snapshots.update(params.snapshot, body),
    deleteSnapshot: ({ params, query }) => snapshots.delete(params.snapshot, query),
    retrySnapshot: ({ params }) => snapshots.retry(params.snapshot)
  };
}
