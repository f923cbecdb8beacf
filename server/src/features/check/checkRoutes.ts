/** Route of the preflight report. */
import type { RouteHandlers } from '../../http/routeHandler';
import type { CheckService } from './checkService';

/** Handlers of this feature. */
export function checkRoutes(service: CheckService): Pick<RouteHandlers, 'check'> {
  return { check: () => service.check() };
}
