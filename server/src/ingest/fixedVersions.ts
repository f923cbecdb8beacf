/** The ways to a version of the arrived data that no transfer changes, each with why it can’t be gone where it can’t. Pure. */
import type { z } from 'zod';
import type {
  Capability,
  FixedVersions,
  FixedVersionWay,
  Mirror,
  MirrorState,
  Snapshot,
  Volume
} from '../../../contract';
import type { ClaimFacts } from '../providers/provider';
import { arrivedSnapshotManifest, flexCloneSteps } from './arrivedSnapshotManifest';

type Way = z.infer<typeof FixedVersionWay>;
type Unavailable = Extract<Capability, { available: false }>;

const AVAILABLE: Capability = { available: true };
const TRIDENT = 'csi.trident.netapp.io';
const ASK_ADMIN = 'Give an admin the text below.';

export interface VersionsToList {
  readonly mirror: Mirror;
  readonly volume: Volume | null;
  readonly claim: ClaimFacts | null;
  /** Of this volume. */
  readonly snapshots: readonly Snapshot[];
}

/** Nothing has arrived, or nobody knows. */
const EMPTY: readonly MirrorState[] = [
  'not-reconciled',
  'uninitialized',
  'establishing',
  'failed',
  'invalid',
  'unknown'
];

/** Every way. */
export function fixedVersions(found: VersionsToList): z.infer<typeof FixedVersions> {
  const { mirror } = found;
  return {
    mirror: mirror.id,
    data: mirror.data,
    ways: [ordinary(found), replicated(found), flexClone(found), promoted(mirror)]
  };
}

/** What rules out every way that begins here: the data is on the move, or it is not known to be what arrived. */
export function unsettled({ state, transfer, volumeName }: Mirror): Unavailable | null {
  if (transfer !== null) {
    return no(
      transfer.state === 'queued'
        ? `A transfer into ${volumeName} is about to begin.`
        : `A transfer into ${volumeName} runs, so what is read now may not be what is read next.`,
      'Wait until it is over, or end it.'
    );
  }
  if (state === 'broken-off') {
    return no(
      `Replication into ${volumeName} was broken off: it can have been written to since, and is not known to be what arrived.`,
      'Make a snapshot in the timeline, and train on that as on any other data.'
    );
  }
  if (EMPTY.includes(state)) {
    return no(
      `Nothing is known to have arrived in ${volumeName}: its mirror is ${state}.`,
      'Wait until it is mirrored.'
    );
  }
  return ['promoting', 'reestablishing', 'released'].includes(state)
    ? no(`The mirror of ${volumeName} is ${state}.`, 'Wait until that is done.')
    : null;
}

function ordinary({ mirror, volume, claim }: VersionsToList): Way {
  const { volumeName, state } = mirror;
  const isWritable = state === 'promoted';
  const refused =
    isTridents(mirror, claim) && !isWritable
      ? no(
          `${volumeName} is the destination of a mirror, and ONTAP makes no snapshot on one while it replicates.`,
          'Take one of the other ways.'
        )
      : null;
  return {
    way: 'snapshot',
    title: 'Make a snapshot now',
    consequence: isWritable
      ? 'A clone of what stands in the volume now; since the promotion it can have been written to.'
      : 'A snapshot is made and cloned. Replication goes on, and changes neither.',
    can: refused ?? unsettled(mirror) ?? both(volume, volumeName),
    snapshot: null,
    manifest: null
  };
}

/** Where the driver is not known, a mirror that Trident tells of is of a volume that Trident keeps. */
const isTridents = ({ id }: Mirror, claim: ClaimFacts | null): boolean =>
  (claim?.driver ?? (id.startsWith('ontap-') ? null : TRIDENT)) === TRIDENT;

function replicated({ mirror, volume, claim, snapshots }: VersionsToList): Way {
  const exported = mirror.data.snapshot;
  // One that Datamark made is a snapshot of the volume, in which others may have written the name since.
  const there =
    exported === null ? undefined : snapshots.find(one => one.exported === exported && one.origin === 'other');
  const shown = {
    way: 'replicated-snapshot',
    title: 'Clone the snapshot that arrived',
    consequence:
      'The clone holds exactly what arrived, and replication goes on. ONTAP keeps the snapshot as long as the clone is there. ' +
      'Follows Trident’s documents; not yet proven on a real ONTAP.',
    snapshot: there?.name ?? null
  } as const;
  if (exported === null) {
    const reason = 'Nobody tells which snapshot has arrived.';
    return { ...shown, can: no(reason, 'Ask an admin to set up the controller that asks ONTAP.'), manifest: null };
  }
  if (there !== undefined) {
    const { phase } = there.state;
    const ready = phase === 'ready' ? null : no(`${there.name} is not ready.`, 'Wait until it is, or look at it.');
    return { ...shown, can: ready ?? unsettled(mirror) ?? clonable(volume, mirror.volumeName), manifest: null };
  }
  const reason = `Kubernetes does not know the snapshot ${exported}, which takes an admin of the cluster.`;
  const manifest =
    claim !== null && isTridents(mirror, claim)
      ? arrivedSnapshotManifest({ claim: mirror.volume, facts: claim, exported })
      : null;
  const fix =
    manifest === null
      ? 'Ask an admin to import it as a VolumeSnapshot with the annotation datamark.github.io/exported-snapshot.'
      : ASK_ADMIN;
  return { ...shown, can: no(reason, fix), manifest };
}

function flexClone({ mirror, claim }: VersionsToList): Way {
  const exported = mirror.data.snapshot;
  const manifest =
    exported === null ? null : flexCloneSteps(mirror.to, { claim: mirror.volume, facts: claim, exported });
  return {
    way: 'flexclone',
    title: 'Have ONTAP clone it',
    consequence: 'An admin clones the snapshot on ONTAP, and Trident imports the clone. Replication goes on.',
    can: no(
      'This takes an admin of the storage.',
      manifest === null ? 'Ask an admin: which snapshot arrived where is not told.' : ASK_ADMIN
    ),
    snapshot: null,
    manifest
  };
}

function promoted({ state, can, volumeName }: Mirror): Way {
  const over = state === 'promoted' || state === 'broken-off';
  return {
    way: 'promoted',
    title: 'Promote the mirror first',
    consequence: 'Replication stops and the volume becomes writable; a later resync overwrites what was written.',
    can: over ? no(`Replication into ${volumeName} has ended already.`, 'Make a snapshot of it.') : can.promote,
    snapshot: null,
    manifest: null
  };
}

const no = (reason: string, fix: string): Unavailable => ({ available: false, reason, fix });

const clonable = (volume: Volume | null, name: string): Capability =>
  volume === null ? no(`${name} is not a volume of this server.`, 'Look at the list of volumes.') : volume.can.clone;

function both(volume: Volume | null, name: string): Capability {
  const clone = clonable(volume, name);
  return volume === null || !clone.available || !volume.can.snapshot.available
    ? volume?.can.snapshot.available === false
      ? volume.can.snapshot
      : clone
    : AVAILABLE;
}
