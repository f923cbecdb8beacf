/** The replaced volume: kept for the undo until its time is over, then given back to its original reclaim policy. */
import { LEFT_VOLUME, volumeAnnotations, type RestoreStatus } from '../../providers/kubernetes/volumeRestore';
import { allRestores } from '../restoreLists';
import type { RestoreWork } from '../strategy';
import { countSnapshotsOf } from './countSnapshots';
import { changeVolume, claimOf, findVolume, originalPolicy, type PersistentVolume } from './persistentVolume';
import type { Unsettled } from './settleSwap';
import { findClaim } from './swapObjects';
import type { SwapParts } from './swapParts';
import { warningsOf } from './warnings';

/** Events of what belongs to no namespace are here. */
const CLUSTER_EVENTS = 'default';
/** Longest time between two looks at a volume that is kept, ms. */
const LOOK_MS = 6 * 60 * 60_000;
const FREED_MS = 10_000;
const REFUSED_MS = 10 * 60_000;

type Undo = NonNullable<RestoreStatus['undo']>;

export interface Kept {
  readonly unsettled: Unsettled | null;
  /** What is to be written; null: as it is. */
  readonly undo: Undo | null;
}

export async function keepUntilOver(work: RestoreWork, parts: SwapParts): Promise<Kept> {
  const volume = await findVolume(work.api, parts.oldVolume);
  if (volume === null || volume.metadata.annotations[volumeAnnotations.undoOf] !== parts.key) {
    return { unsettled: null, undo: await withoutVolume(work, volume) };
  }
  const until = volume.metadata.annotations[volumeAnnotations.undoUntil];
  if (until === undefined) {
    // Its time was over before: the original policy is set.
    return afterEnd(work, volume);
  }
  const left = Date.parse(until) - work.now.getTime();
  if (left > 0) {
    const pending = `Volume ${parts.oldVolume.name} is kept for an undo until ${until}.`;
    return { unsettled: { pending, ms: Math.min(left, LOOK_MS) }, undo: null };
  }
  const claim = await findClaim(work, parts.claimName);
  const after = await changeVolume(work.api, parts.oldVolume, found =>
    isForNobody(found, parts, claim?.metadata.uid)
      ? {
          policy: originalPolicy(found),
          ...(originalPolicy(found) === 'Delete' ? {} : { labels: { [LEFT_VOLUME]: 'true' } }),
          annotations: { [volumeAnnotations.undoUntil]: null, [volumeAnnotations.originalReclaimPolicy]: null }
        }
      : null
  );
  if (after?.metadata.annotations[volumeAnnotations.undoUntil] !== undefined) {
    const pending = `Volume ${parts.oldVolume.name} is kept while an undo works with it.`;
    return { unsettled: { pending, ms: FREED_MS }, undo: null };
  }
  return after === null ? { unsettled: null, undo: over(work, until) } : afterEnd(work, after);
}

/** Kept, of the claim's name, and of no life of it that exists: nobody works with it. */
const isForNobody = (
  { metadata, spec, status, ...volume }: PersistentVolume,
  { claimName, key }: SwapParts,
  livingUid: string | undefined
): boolean => {
  const { name, uid } = claimOf({ metadata, spec, status, ...volume });
  return (
    metadata.annotations[volumeAnnotations.undoOf] === key &&
    status.phase === 'Released' &&
    name === claimName &&
    uid !== '' &&
    uid !== livingUid
  );
};

/** With its original policy: Delete frees it, unless the driver refuses; Retain leaves it. */
async function afterEnd(work: RestoreWork, volume: PersistentVolume): Promise<Kept> {
  const { name, uid } = volume.metadata;
  const until = work.restore.status.undo?.until ?? null;
  if (volume.spec.persistentVolumeReclaimPolicy !== 'Delete') {
    work.log.info({ volume: name }, 'undo is over; its reclaim policy leaves the volume to an admin');
    return { unsettled: null, undo: over(work, until, `Volume ${name} is left to an admin.`) };
  }
  const [warning] = await warningsOf(work.api, CLUSTER_EVENTS, [uid]);
  const said = (volume.status.phase === 'Failed' ? volume.status.message : warning?.said) ?? '';
  if (said === '') {
    const pending = `Volume ${name} is being freed by the storage.`;
    return { unsettled: { pending, ms: FREED_MS }, undo: over(work, until) };
  }
  const keeper = await keeperWords(work, volume, said);
  return {
    unsettled: { pending: `Volume ${name} is kept by ${keeper}: ${said}`, ms: REFUSED_MS },
    undo: over(work, until, `Volume ${name} is kept by ${keeper}.`)
  };
}

/** Storages that refuse because of others say so; which snapshots they mean is known from the snapshots’ contents. */
async function keeperWords({ api, restore }: RestoreWork, { spec }: PersistentVolume, said: string): Promise<string> {
  const { driver = '', volumeHandle = '' } = spec.csi ?? {};
  const count = DEPENDENTS.test(said) ? await countSnapshotsOf(api, restore, { driver, volumeHandle }) : 0;
  return count === 0 ? 'the storage' : count === 1 ? 'a snapshot of it' : `${count} snapshots`;
}

const DEPENDENTS = /snapshot|depend|clone|child/i;

/** Of the status where the volume is gone, or not kept for this restore any more. */
async function withoutVolume(work: RestoreWork, volume: PersistentVolume | null): Promise<Undo | null> {
  const { undo } = work.restore.status;
  if (undo?.possible !== true) {
    return null;
  }
  if (volume === null) {
    return { ...undo, possible: false, reason: 'The replaced volume is gone.' };
  }
  const { api, restore } = work;
  const { read } = await allRestores(api, restore.metadata.namespace);
  const by = read.find(({ spec, status }) => spec.undoOf === restore.metadata.name && status.phase === 'Succeeded')
    ?.metadata.name;
  return { ...undo, possible: false, reason: 'It was undone.', ...(by === undefined ? {} : { undoneBy: by }) };
}

/** null: it says so already. */
function over({ restore }: RestoreWork, until: string | null, what = ''): Undo | null {
  const { undo } = restore.status;
  const reason = `Its time was over${until === null ? '' : ` on ${until}`}.${what === '' ? '' : ` ${what}`}`;
  return undo === null || undo === undefined || (!undo.possible && undo.reason === reason)
    ? null
    : { ...undo, possible: false, reason };
}
