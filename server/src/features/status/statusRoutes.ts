/** Route of the status. */
import type { RouteHandlers } from '../../http/routeHandler';
import { StatusService, type StatusServiceOptions } from './statusService';

/** Handlers of this feature. */
export function statusRoutes(options: StatusServiceOptions): Pick<RouteHandlers, 'status'> {
  const service = new StatusService(options);
  return { status: () => service.status() };
}
