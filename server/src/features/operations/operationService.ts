/** Reads operations from the index and passes cancellation on to the provider. */
import type { Operation } from '../../../../contract';
import { quoted } from '../../http/validation';
import { newestFirst } from '../../observed/newestFirst';
import { ProblemError } from '../../problemError';
import type { Provider } from '../../providers/provider';

/** Operations as last observed. */
export class OperationService {
  constructor(private readonly provider: Provider) {}

  /** Newest first. */
  list(): Operation[] {
    return newestFirst(this.provider.index.all('operation'), ({ startedAt, id }) => ({ at: startedAt, name: id }));
  }

  /** Throws `operation-not-found`. */
  async cancel(id: string): Promise<Operation> {
    if (this.provider.index.get('operation', id) === undefined) {
      throw new ProblemError('operation-not-found', {
        detail: `There is no operation ${quoted(id)}.`,
        next: 'It may have ended long ago. List the operations.',
        object: id
      });
    }
    return this.provider.cancelOperation(id);
  }
}
