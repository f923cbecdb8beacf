/** Follows an update of a mirror to its end. */
import type { Mirror, MirrorUpdate } from '../../contract';
import type { IDatamark } from '../tokens';

/** An answer that is older than the update does not name it yet; after this long, in ms, nobody knows it any more. */
const NAMED_MS = 120_000;

export type UpdateEnd =
  | { readonly end: 'told'; readonly mirror: Mirror; readonly update: MirrorUpdate }
  /** The mirror is gone, or another update was asked for: how this one ended is not told any more. */
  | { readonly end: 'untold' };

/** Whether nothing more comes of an update. */
export const isOver = ({ state }: Pick<MirrorUpdate, 'state'>): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled';

/** Resolves once the update is over. Holds the stream and asks from time to time meanwhile; rejects on abort. */
export function whenUpdated(
  { model, mirrors }: Pick<IDatamark, 'model' | 'mirrors'>,
  mirror: Mirror,
  update: Pick<MirrorUpdate, 'id' | 'askedAt'>,
  signal: AbortSignal
): Promise<UpdateEnd> {
  return new Promise((resolve, reject) => {
    const held = [model.hold(), mirrors.watch()];
    const end = () => {
      mirrors.changed.disconnect(look);
      signal.removeEventListener('abort', onAbort);
      held.forEach(one => one.dispose());
    };
    const onAbort = () => {
      end();
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const look = () => {
      const { content } = mirrors;
      if (content.state !== 'ready') {
        return;
      }
      const now = content.found.items.find(({ uid }) => uid === mirror.uid);
      if (now?.update?.id === update.id) {
        if (isOver(now.update)) {
          end();
          resolve({ end: 'told', mirror: now, update: now.update });
        }
      } else if (now === undefined || isForgotten(now.update, update, mirrors.now())) {
        end();
        resolve({ end: 'untold' });
      }
    };
    mirrors.changed.connect(look);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) {
      onAbort();
    } else {
      look();
    }
  });
}

/** Whether the storage tells of a later update, or of none although it had the time to. */
const isForgotten = (told: MirrorUpdate | null, { askedAt }: Pick<MirrorUpdate, 'askedAt'>, now: Date): boolean =>
  (told !== null && told.askedAt > askedAt) || now.getTime() - Date.parse(askedAt) > NAMED_MS;
