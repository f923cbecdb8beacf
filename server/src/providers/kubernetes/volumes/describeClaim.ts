/** Makes the record of a claim from everything observed of it. Pure; called after each change by observedClaims.ts. */
import type { Capability, Size, Volume } from '../../../../../contract';
import type { PlatformAdapter } from '../../../platforms/platformAdapter';
import { clonedSnapshot } from '../clones/cloneSourceMark';
import { labels } from '../names';
import { bytesOf } from '../quantity';
import type { ClaimRecord } from './claims';
import { sharingOf, type Sharing } from './claimSharing';
import { claimTrouble, claimUnknown, type SightedClaim } from './claimSighting';
import type { Measured } from './fileSystemSize';
import type { MountedClaim } from './mountedClaim';
import type { MountTable } from './mountTable';
import type { StorageDriver } from './storageDriver';
import type { VolumePlace } from './volumePlaces';

export interface ClaimFacts extends SightedClaim {
  readonly mounted: MountedClaim;
  readonly place: VolumePlace;
  readonly table: MountTable;
  /** null: not asked yet. */
  readonly driver: StorageDriver | null;
  /** null: not measured yet. */
  readonly measured: Measured | null;
  readonly platform: PlatformAdapter;
  readonly ownerLabel: string | null;
  readonly allowSharedSnapshots: boolean;
}

/** A file system counts as the claim's own when its size is that of the claim, give or take this share. */
const TOLERANCE = 0.1;

const AVAILABLE: Capability = { available: true };
const unknown = (reason: string): Size => ({ known: false, reason });

/** The record as it is now. */
export function describeClaim(facts: ClaimFacts): ClaimRecord {
  const { claim, object, mounted, place, table, driver } = facts;
  const sharing = sharingOf(mounted, object, facts.platform, facts.ownerLabel);
  const shared = sharing?.reason ?? null;
  const readOnly = mounted.mounts.every(mount => mount.readOnly ?? table.at(mount.path)?.readOnly ?? false);
  const { used, free } = usage(facts);
  const missing = mounted.mounts.every(({ path }) => table.at(path) === null)
    ? `Nothing is mounted at ${place.mount.path}, where claim ${claim} is said to be.`
    : null;
  const cloneOf = object === null ? null : clonedSnapshot(object);
  const volume: Volume = {
    kind: 'volume',
    id: claim,
    uid: object?.metadata.uid ?? 'unknown',
    name: place.role === 'home' ? 'home' : claim,
    mountPath: place.mount.path,
    browsePath: place.browsePath,
    role: place.role,
    readOnly,
    requested: requestedSize(facts),
    used,
    free,
    driver: driver?.name ?? 'unknown driver',
    storageClass: object?.spec.storageClassName || null,
    accessModes: object === null ? [] : [...object.spec.accessModes],
    shared,
    trouble: claimTrouble(facts)?.reason ?? missing,
    can: capabilities(facts, sharing, readOnly),
    snapshotCount: 0,
    lastSnapshotAt: null,
    ...(cloneOf === null ? {} : { cloneOf })
  };
  return {
    claim,
    volume,
    volumeId: object === null ? null : (object.metadata.labels[labels.volumeId] ?? object.metadata.uid),
    driver: driver?.name ?? null,
    shared,
    readOnly,
    object: facts.sighting.state === 'absent' ? null : object
  };
}

function requestedSize({ object, claim, ...facts }: ClaimFacts): Size {
  const bytes = bytesOf(object?.spec.resources.requests['storage']);
  return bytes === null
    ? unknown(claimUnknown({ object, claim, ...facts })?.reason ?? `Claim ${claim} asks for no size.`)
    : { known: true, bytes };
}

function usage({ object, measured, table, place, claim, ...facts }: ClaimFacts): Pick<Volume, 'used' | 'free'> {
  const none = (reason: string): Pick<Volume, 'used' | 'free'> => ({ used: unknown(reason), free: unknown(reason) });
  const capacity = bytesOf(object?.status.capacity['storage']);
  if (table.at(place.mount.path) === null) {
    return none(`Nothing is mounted at ${place.mount.path}.`);
  }
  if (measured === null) {
    return none('Not measured yet.');
  }
  if ('reason' in measured) {
    return none(measured.reason);
  }
  if (capacity === null) {
    const sighted = { object, claim, namespace: facts.namespace, sighting: facts.sighting };
    return none(claimUnknown(sighted)?.reason ?? `The size of claim ${claim} is not known yet.`);
  }
  const { total, used, free } = measured.size;
  return Math.abs(total - capacity) > capacity * TOLERANCE
    ? none('Shared with other volumes.')
    : { used: { known: true, bytes: used }, free: { known: true, bytes: free } };
}

function capabilities(facts: ClaimFacts, sharing: Sharing | null, readOnly: boolean): Volume['can'] {
  const off = (reason: string, fix: string): Capability => ({ available: false, reason, fix });
  const trouble = claimTrouble(facts) ?? claimUnknown(facts);
  if (trouble !== null) {
    const none = off(trouble.reason, trouble.fix);
    return { snapshot: none, clone: none, restore: none, files: none };
  }
  const notShared = (fix: string): Capability => (sharing === null ? AVAILABLE : off(sharing.reason, fix));
  return {
    snapshot: facts.allowSharedSnapshots
      ? AVAILABLE
      : notShared('Ask the administrator to allow it: c.DatamarkExtension.allow_shared_snapshots = True'),
    clone: notShared('Copy what you need of it to a volume of your own.'),
    restore: readOnly
      ? off(`Claim ${facts.claim} is mounted read-only here.`, 'Restore it from a server that may write to it.')
      : notShared(sharing?.of === 'use' ? 'Copy files back instead.' : 'Ask whose it is, or an admin, to restore it.'),
    // They are written beside: whoever works with the same data loses nothing.
    files: readOnly
      ? off(`Claim ${facts.claim} is mounted read-only here.`, 'Copy them back from a server that may write to it.')
      : sharing?.of === 'data'
        ? notShared('Ask whose it is, or an admin, for the files.')
        : AVAILABLE
  };
}
