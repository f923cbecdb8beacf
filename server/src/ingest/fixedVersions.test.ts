/** Which ways to a fixed version are offered, and what is said of those that are not. */
import type { Mirror } from '../../../contract';
import type { ClaimFacts } from '../providers/provider';
import { sampleSnapshot, sampleVolume } from '../testing/sampleObjects';
import { fixedVersions, type VersionsToList } from './fixedVersions';
import { sampleMirror } from './testing/sampleMirrors';

const ARRIVED = { known: true, asOf: '2026-11-23T11:48:00.000Z', snapshot: 'snapmirror.1' } as const;
const TRIDENT: ClaimFacts = {
  namespace: 'ann',
  annotations: {},
  persistentVolume: 'pvc-1',
  driver: 'csi.trident.netapp.io',
  volumeId: 'id-1'
};
const OTHER: ClaimFacts = { ...TRIDENT, driver: 'csi.example.com' };
const YES = { available: true } as const;
const NO = { available: false, reason: 'You may not.', fix: 'Ask.' } as const;

const ways = (mirror: Partial<Mirror>, parts: Partial<VersionsToList> = {}) =>
  Object.fromEntries(
    fixedVersions({
      mirror: sampleMirror({ data: ARRIVED, ...mirror }),
      volume: sampleVolume(),
      claim: TRIDENT,
      snapshots: [],
      ...parts
    }).ways.map(way => [way.way, way])
  );

test('every way is told, in the order of what they cost', () => {
  expect(Object.keys(ways({}))).toEqual(['snapshot', 'replicated-snapshot', 'flexclone', 'promoted']);
});

test('on a destination of Trident that replicates no ordinary snapshot is offered', () => {
  expect(ways({})['snapshot']?.can).toMatchObject({
    available: false,
    reason: 'home is the destination of a mirror, and ONTAP makes no snapshot on one while it replicates.'
  });
});

test('where the driver is not known, a mirror that Trident tells of is one of Trident’s', () => {
  const claim = { ...TRIDENT, driver: null };
  expect(ways({}, { claim })['snapshot']?.can.available).toBe(false);
  expect(ways({ id: 'ontap-1' }, { claim })['snapshot']?.can).toEqual(YES);
});

test('elsewhere, and after a promotion, an ordinary snapshot is offered; then with what it may hold', () => {
  expect(ways({}, { claim: OTHER })['snapshot']?.can).toEqual(YES);
  const promoted = ways({ state: 'promoted' });
  expect(promoted['snapshot']).toMatchObject({
    can: YES,
    consequence: expect.stringContaining('since the promotion it can have been written to') as unknown
  });
  expect(promoted['promoted']?.can.available).toBe(false);
});

test.each<[string, Partial<Mirror>]>([
  ['runs', { transfer: { type: 'update', state: 'transferring', bytes: 1, seconds: 1, bytesPerSecond: 1 } }],
  [
    'is about to begin',
    { transfer: { type: 'update', state: 'queued', bytes: null, seconds: null, bytesPerSecond: null } }
  ],
  ['was broken off', { state: 'broken-off' }],
  ['not-reconciled', { state: 'not-reconciled' }],
  ['uninitialized', { state: 'uninitialized' }],
  ['unknown', { state: 'unknown' }],
  ['reestablishing', { state: 'reestablishing' }]
])('nothing is trained on while its mirror “%s”', (words, mirror) => {
  const snapshots = [sampleSnapshot({ exported: 'snapmirror.1', origin: 'other' })];
  const told = ways(mirror, { claim: OTHER, snapshots });
  for (const way of ['snapshot', 'replicated-snapshot']) {
    expect(told[way]?.can).toMatchObject({ available: false, reason: expect.stringContaining(words) as unknown });
  }
});

test('rights over the volume count', () => {
  const volume = (can: Partial<ReturnType<typeof sampleVolume>['can']>) =>
    sampleVolume({ can: { ...sampleVolume().can, ...can } });
  expect(ways({}, { claim: OTHER, volume: volume({ snapshot: NO }) })['snapshot']?.can).toEqual(NO);
  expect(ways({}, { claim: OTHER, volume: volume({ clone: NO }) })['snapshot']?.can).toEqual(NO);
  expect(ways({}, { claim: OTHER, volume: null })['snapshot']?.can.available).toBe(false);
});

describe('the snapshot that arrived', () => {
  const exported = sampleSnapshot({ name: 'arrived', exported: 'snapmirror.1', origin: 'other' });

  test('is offered where Kubernetes knows it', () => {
    expect(ways({}, { snapshots: [exported] })['replicated-snapshot']).toMatchObject({
      can: YES,
      snapshot: 'arrived',
      manifest: null
    });
  });

  test('is not mixed up with an older one, or with one that is not ready', () => {
    expect(ways({}, { snapshots: [{ ...exported, origin: 'datamark' }] })['replicated-snapshot']?.can.available).toBe(
      false
    );
    const older = { ...exported, exported: 'snapmirror.0' };
    expect(ways({}, { snapshots: [older] })['replicated-snapshot']?.can.available).toBe(false);
    const pending = { phase: 'pending', since: '2026-11-23T12:00:00.000Z', message: 'Waiting' } as const;
    expect(ways({}, { snapshots: [{ ...exported, state: pending }] })['replicated-snapshot']?.can.available).toBe(
      false
    );
  });

  test('else comes with what an admin applies: kept for ever, by the name of ONTAP, for this volume', () => {
    const { manifest, can } = ways({})['replicated-snapshot'] ?? {};
    expect(can?.available).toBe(false);
    expect(manifest).toContain('trident.netapp.io/internalSnapshotName: "snapmirror.1"');
    expect(manifest).toContain('deletionPolicy: Retain');
    const [, content] = /snapshotHandle: "pvc-1\/(datamark-[0-9a-f]{8})"/.exec(manifest ?? '') ?? [];
    expect(manifest?.split(`"${content ?? '?'}"`)).toHaveLength(3);
    expect(manifest).toContain('datamark.github.io/volume-id: "id-1"');
    expect(manifest).toContain('datamark.github.io/exported-snapshot: "snapmirror.1"');
  });

  test('of another driver, or of a volume that is not known, there is no manifest to invent', () => {
    expect(ways({}, { claim: OTHER })['replicated-snapshot']?.manifest).toBeNull();
    const unknown = { ...TRIDENT, persistentVolume: null };
    expect(ways({}, { claim: unknown })['replicated-snapshot']?.manifest).toBeNull();
  });

  test('can’t be named where nobody tells which one it is', () => {
    const told = ways({ data: { known: false, reason: 'Not told.', snapshot: null } }, { snapshots: [exported] });
    expect(told['replicated-snapshot']).toMatchObject({ can: { available: false }, snapshot: null, manifest: null });
    expect(told['flexclone']).toMatchObject({ can: { available: false }, manifest: null });
  });
});

test('a clone by ONTAP takes an admin, who is told the volume and the snapshot', () => {
  expect(ways({})['flexclone']?.manifest).toContain(
    '-vserver lab -flexclone sales_arrived -type RW -parent-vserver lab -parent-volume sales -parent-snapshot snapmirror.1'
  );
  expect(ways({ to: null })['flexclone']?.manifest).toBeNull();
});
