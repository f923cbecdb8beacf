/** Routes of volumes. */
import type { RouteHandlers } from '../../http/routeHandler';
import type { VolumeService } from './volumeService';

/** Handlers of this feature. */
export function volumeRoutes(volumes: VolumeService): Pick<RouteHandlers, 'listVolumes' | 'getVolume'> {
  return {
    listVolumes: async () => ({ items: volumes.list() }),
    getVolume: async ({ params }) => volumes.get(params.volume)
  };
}
