/** Routes of volumes. */
import type { RouteHandlers } from '../../http/routeHandler';
import type { RecentLook } from '../../observed/recentLook';
import type { VolumeService } from './volumeService';

/** Handlers of this feature. */
export function volumeRoutes(
  volumes: VolumeService,
  recentLook: RecentLook
): Pick<RouteHandlers, 'listVolumes' | 'getVolume'> {
  return {
    listVolumes: async () => {
      await recentLook.have();
      return { items: volumes.list() };
    },
    getVolume: async ({ params }) => volumes.get(params.volume)
  };
}
