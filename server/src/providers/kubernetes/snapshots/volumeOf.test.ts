/** Whose snapshot it is: labels are written by anybody who may make snapshots in the namespace. */
import { labels } from '../names';
import { VolumeSnapshot } from '../resources';
import { volumeOf } from './describeSnapshot';

const OWN = new Map([['uid-of-ann', 'claim-ann']]);
const CLAIMS = new Set(['claim-ann']);

const snapshot = (source: object, volumeId?: string): VolumeSnapshot =>
  VolumeSnapshot.parse({
    metadata: {
      name: 'one',
      namespace: 'hub',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-11-22T10:00:00Z',
      labels: volumeId === undefined ? {} : { [labels.volumeId]: volumeId }
    },
    spec: { source }
  });

it.each([
  ['of the claim, labelled', { persistentVolumeClaimName: 'claim-ann' }, 'uid-of-ann', 'claim-ann'],
  ['of the claim, not labelled', { persistentVolumeClaimName: 'claim-ann' }, undefined, 'claim-ann'],
  ['imported, labelled', { volumeSnapshotContentName: 'content' }, 'uid-of-ann', 'claim-ann'],
  ['of an earlier claim of that name', { persistentVolumeClaimName: 'claim-ann' }, 'uid-of-before', null],
  ['of another’s claim, with the label of this volume', { persistentVolumeClaimName: 'claim-bob' }, 'uid-of-ann', null],
  ['of another’s claim', { persistentVolumeClaimName: 'claim-bob' }, undefined, null],
  ['imported, not labelled', { volumeSnapshotContentName: 'content' }, undefined, null]
])('a snapshot %s', (_, source, volumeId, volume) => {
  expect(volumeOf(snapshot(source, volumeId), OWN, CLAIMS)).toBe(volume);
});
