/** Routes of ingest: mirrors, their updates, and fixed versions of what has arrived. */
import type { RouteHandlers } from '../http/routeHandler';
import type { RecentLook } from '../observed/recentLook';
import type { Ingest } from './ingest';

type IngestRoutes = Pick<
  RouteHandlers,
  | 'listMirrors'
  | 'mirrorHistory'
  | 'updateMirror'
  | 'cancelMirrorUpdate'
  | 'listFixedVersions'
  | 'trainOnVersion'
  | 'promoteMirror'
  | 'resyncMirror'
>;

/** Handlers of this feature. */
export function ingestRoutes(ingest: Ingest, recentLook: RecentLook): IngestRoutes {
  return {
    listMirrors: async ({ query }) => {
      await recentLook.have();
      return (await ingest.service()).list(query);
    },
    mirrorHistory: async ({ params }) => (await ingest.service()).history(params.mirror),
    updateMirror: async ({ params, idempotencyKey }) => (await ingest.service()).update(params.mirror, idempotencyKey),
    cancelMirrorUpdate: async ({ params }) => (await ingest.service()).cancelUpdate(params.mirror),
    listFixedVersions: async ({ params }) => (await ingest.service()).versions(params.mirror),
    trainOnVersion: async ({ params, body, idempotencyKey }) =>
      (await ingest.service()).train(params.mirror, body, idempotencyKey),
    promoteMirror: async ({ params, body }) => (await ingest.service()).promote(params.mirror, body),
    resyncMirror: async ({ params, body }) => (await ingest.service()).resync(params.mirror, body)
  };
}
