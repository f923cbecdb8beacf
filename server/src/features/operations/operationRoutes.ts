/** Routes of operations. */
import type { RouteHandlers } from '../../http/routeHandler';
import type { OperationService } from './operationService';

/** Handlers of this feature. */
export function operationRoutes(
  operations: OperationService
): Pick<RouteHandlers, 'listOperations' | 'cancelOperation'> {
  return {
    listOperations: async () => ({ items: operations.list() }),
    cancelOperation: ({ params }) => operations.cancel(params.operation)
  };
}
