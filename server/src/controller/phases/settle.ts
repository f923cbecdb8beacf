/** After the end: lets go of the claim, and lets the strategy remove what nobody needs. */
import { restorePath, VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { removeCount } from '../countChanges';
import type { CoreStep, CoreWork } from '../coreWork';
import { isReadable, ReadableRestore } from '../followedRestore';
import { orNull } from '../readOptional';
import { releaseLock } from '../restoreLock';
import { contradiction } from '../statusCheck';
import { hasFinalizer, setFinalizer } from '../underWay';
import { forgetEnded } from './forgetEnded';
import { RELEASING, STARTING } from './settling';
import { startServer } from './startServer';
import { CONTRADICTION_LOOK_MS } from './workPhases';

export async function settle(work: CoreWork): Promise<CoreStep> {
  const { api, restore, strategies } = work;
  const { status } = restore;
  if (status.pending.length === 0) {
    return forgetEnded(work);
  }
  await releaseLock(api, restore);
  const counted = await removeCount(work);
  if (counted.kind !== 'done') {
    return counted;
  }
  const strategy = strategies.get(status.strategy ?? 'swap');
  if (hasFinalizer(restore)) {
    // Deleted meanwhile, it goes with its finalizer, and then nobody knows of its Job and clone. What a swap keeps is found
    // again by its volumes.
    if (restore.metadata.deletionTimestamp !== undefined && strategy !== undefined && strategy.name !== 'swap') {
      const removed = await strategy.settle(work);
      if (removed.kind === 'wait') {
        return removed;
      }
    }
    await setFinalizer(api, restore, false);
    return { kind: 'reread' };
  }
  await markUndone(work);
  const start = await startServer(work);
  if (start?.kind === 'write') {
    return start;
  }
  if (status.pending.includes(RELEASING) || status.pending.includes(STARTING)) {
    return start ?? { kind: 'write', status: { pending: [] } };
  }
  const wrong = contradiction(restore);
  if (wrong !== null || strategy === undefined) {
    const message = `Nothing is removed: the status does not fit, ${wrong ?? 'its way is unknown'}. An admin has to look at it.`;
    return { kind: 'wait', ms: CONTRADICTION_LOOK_MS, message };
  }
  const next = await strategy.settle(work);
  if (next.kind === 'done') {
    return { kind: 'write', status: { ...next.status, pending: start === null ? [] : [STARTING] } };
  }
  return next.kind === 'wait' && start !== null ? { ...next, ms: Math.min(next.ms, start.ms) } : next;
}

/** What an undo has brought back is not there a second time. */
async function markUndone({ api, restore }: CoreWork): Promise<void> {
  const { undoOf } = restore.spec;
  const { name, namespace } = restore.metadata;
  if (undoOf === undefined || restore.status.phase !== 'Succeeded') {
    return;
  }
  const path = `${restorePath(namespace)}/${undoOf}`;
  const undone = await orNull(api.request({ path, schema: ReadableRestore }));
  if (undone === null || !isReadable(undone)) {
    return;
  }
  const before = undone.status.undo ?? null;
  if (before === null || before.undoneBy === name) {
    return;
  }
  const undo = { ...before, possible: false, reason: `It was undone by ${name}.`, undoneBy: name };
  await api.request({
    method: 'PATCH',
    path: `${path}/status`,
    body: {
      metadata: { uid: undone.metadata.uid, resourceVersion: undone.metadata.resourceVersion },
      status: { undo }
    },
    schema: VolumeRestore
  });
}
