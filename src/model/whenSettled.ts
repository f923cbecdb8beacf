/** Waits, with a deadline, until it is known how the page stands towards the server. */
import type { IDatamarkModel } from '../tokens';

/** A refresh waits this long for the first answer, in ms. */
const SETTLE_DEADLINE = 30_000;

/** Resolves once the model is not connecting any more, or after the deadline. */
export function whenSettled(model: Pick<IDatamarkModel, 'connection' | 'changed'>): Promise<void> {
  return new Promise(resolve => {
    const deadline = setTimeout(() => end(), SETTLE_DEADLINE);
    const check = () => {
      if (model.connection.state !== 'connecting') {
        end();
      }
    };
    const end = () => {
      clearTimeout(deadline);
      model.changed.disconnect(check);
      resolve();
    };
    model.changed.connect(check);
    check();
  });
}
