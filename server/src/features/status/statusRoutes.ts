/** Route of the status. */
import type { RouteHandlers } from '../../http/routeHandler';
import type { StatusService } from './statusService';

/** Handlers of this feature. */
export function statusRoutes(service: StatusService): Pick<RouteHandlers, 'status'> {
  return { status: () => service.status() };
}
