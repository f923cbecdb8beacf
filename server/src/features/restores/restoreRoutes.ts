/** Routes of restores. */
import type { RouteHandlers } from '../../http/routeHandler';
import type { RestoreService } from './restoreService';

type RestoreRoutes = Pick<
  RouteHandlers,
  'listRestores' | 'createRestore' | 'getRestore' | 'approveRestore' | 'countChanges' | 'undoRestore'
>;

/** Handlers of this feature. */
export function restoreRoutes(restores: RestoreService): RestoreRoutes {
  return {
    listRestores: async () => ({ items: restores.list() }),
    createRestore: ({ body, idempotencyKey }) => restores.plan(body, idempotencyKey),
    getRestore: async ({ params }) => restores.get(params.restore),
    approveRestore: ({ params, body }) => restores.approve(params.restore, body.uid),
    countChanges: ({ params }) => restores.countChanges(params.restore),
    undoRestore: ({ params, idempotencyKey }) => restores.undo(params.restore, idempotencyKey)
  };
}
