// How a restore has ended, by what is there: the bytes of its volume and of what it has kept, read in the storage itself.
import type { RestorePhase, VolumeRestore } from '../../../server/src/providers/kubernetes/volumeRestore';
import { at, textAt } from '../kubernetesObject';
import type { TestNamespace } from '../testNamespace';
import type { Arena } from './arena';
import type { Flight, Source } from './flights';
import { volumeHandle } from './homes';
import type { Held, VolumeBytes } from './volumeBytes';

export type Ending = 'restored' | 'rolledBack' | 'refused' | 'lost';

export interface Verdict {
  readonly flight: Flight;
  readonly ending: Ending;
  readonly phase: RestorePhase;
  /** What is lost, in words. */
  readonly losses: readonly string[];
}

/** Before it begins: what its end is measured by is what is there. Throws where the note is wrong. */
export async function checkNotes({ scene, bytes }: Pick<Arena, 'scene' | 'bytes'>, flight: Flight): Promise<void> {
  const [present, source] = await Promise.all([
    heldByClaim(scene.namespace, bytes, flight.claim),
    heldBySource(scene.namespace, bytes, flight.source)
  ]);
  if (present?.hash !== flight.origin || source?.hash !== flight.target) {
    throw new Error(`${flight.name}: ${flight.claim} or what it is to go back to does not hold what is noted of it.`);
  }
}

/** Looks at the restore after its end. */
export async function judge(arena: Arena, flight: Flight): Promise<Verdict> {
  const restore = await arena.scene.restore(flight.name);
  const { phase } = restore.status;
  const losses = await lossesOf(arena, flight, restore);
  const ending = phase === 'Succeeded' ? 'restored' : phase === 'RolledBack' ? 'rolledBack' : 'refused';
  return { flight, phase, losses, ending: losses.length > 0 ? 'lost' : ending };
}

async function lossesOf(arena: Arena, flight: Flight, restore: VolumeRestore): Promise<string[]> {
  const { bytes, scene, flights, written } = arena;
  const { strategy, target, origin } = flight;
  const { phase, undo, target: folder } = restore.status;
  const present = await heldByClaim(scene.namespace, bytes, flight.claim);
  if (present === undefined) {
    return ['its claim has no volume that can be read'];
  }
  const losses: string[] = [];
  const succeeded = phase === 'Succeeded';
  const stated = succeeded && strategy !== 'files' ? target : origin;
  const word = present.hash === target ? 'the restored' : present.hash === origin ? 'the former' : 'neither';
  if (present.hash !== stated) {
    losses.push(`it says ${phase}, and the volume holds ${word} content`);
  }
  if (strategy === 'files') {
    const brought = present.restored[folder ?? ''];
    if (succeeded && brought !== target) {
      losses.push(
        `it says that the files are in ${folder}, which holds ${brought === undefined ? 'nothing' : 'others'}`
      );
    }
  }
  const hasReplaced = succeeded && strategy !== 'files';
  const other = hasReplaced
    ? await heldByUndo(scene.namespace, bytes, undo)
    : await heldBySource(scene.namespace, bytes, flight.source);
  if (hasReplaced && other?.hash !== origin) {
    losses.push(`what was there before can’t be had by the undo: ${JSON.stringify(undo)}`);
  }
  if (!hasReplaced && other?.hash !== target && !flights.faultsOf(flight).has('snapshot deleted')) {
    losses.push('what was to be restored is gone');
  }
  const marks = [...present.marks, ...(other?.marks ?? [])];
  const missing = (written.get(flight.name) ?? []).filter(mark => !marks.includes(mark));
  return [...losses, ...missing.map(mark => `${mark} was written by a server, and is nowhere`)];
}

async function heldByClaim(namespace: TestNamespace, bytes: VolumeBytes, name: string): Promise<Held | undefined> {
  const claim = await namespace.find('PersistentVolumeClaim', name);
  const usable = claim !== undefined && at(claim, 'status', 'phase') === 'Bound';
  return usable ? bytes.volume(await volumeHandle(namespace, claim)) : undefined;
}

async function heldByUndo(
  namespace: TestNamespace,
  bytes: VolumeBytes,
  undo: VolumeRestore['status']['undo']
): Promise<Held | undefined> {
  if (undo?.possible !== true) {
    return undefined;
  }
  const { volume = null, snapshot } = undo;
  return heldBySource(namespace, bytes, volume === null ? { snapshot: snapshot ?? '' } : { volume });
}

function heldBySource(namespace: TestNamespace, bytes: VolumeBytes, source: Source): Promise<Held | undefined> {
  return 'snapshot' in source
    ? heldBySnapshot(namespace, bytes, source.snapshot)
    : heldByKeptVolume(namespace, bytes, source.volume);
}

/** Only one that stays when its claim is deleted. */
async function heldByKeptVolume(
  { cluster }: TestNamespace,
  bytes: VolumeBytes,
  name: string
): Promise<Held | undefined> {
  const volume = await cluster.admin.find('PersistentVolume', name);
  const isKept = at(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Retain';
  return isKept ? bytes.volume(textAt(volume, 'spec', 'csi', 'volumeHandle')) : undefined;
}

async function heldBySnapshot(namespace: TestNamespace, bytes: VolumeBytes, name: string): Promise<Held | undefined> {
  const snapshot = await namespace.find('VolumeSnapshot', name);
  if (at(snapshot, 'status', 'readyToUse') !== true || snapshot?.metadata.deletionTimestamp !== undefined) {
    return undefined;
  }
  const content = await namespace.cluster.admin.get(
    'VolumeSnapshotContent',
    textAt(snapshot, 'status', 'boundVolumeSnapshotContentName')
  );
  return bytes.snapshot(textAt(content, 'status', 'snapshotHandle'));
}
