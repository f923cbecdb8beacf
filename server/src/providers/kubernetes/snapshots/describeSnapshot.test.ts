/** What a VolumeSnapshot says of a mirror’s data: only what an admin has written down counts. */
import { annotations } from '../names';
import { VolumeSnapshot } from '../resources';
import { describeSnapshot } from './describeSnapshot';

const AROUND = {
  volume: { id: 'sales', name: 'sales' },
  patienceOver: false,
  keepsClaim: false,
  event: null
};

const exportedOf = (source: object, written: Record<string, string>): string | undefined =>
  describeSnapshot(
    VolumeSnapshot.parse({
      metadata: { name: 'one', uid: 'u', creationTimestamp: '2026-11-22T10:00:00Z', labels: {}, annotations: written },
      spec: { source }
    }),
    AROUND
  ).exported;

const EXPORTED = { [annotations.exportedSnapshot]: 'snapmirror.1' };

it('of one that was imported the exported snapshot is told', () => {
  expect(exportedOf({ volumeSnapshotContentName: 'content' }, EXPORTED)).toBe('snapmirror.1');
});

it('of one that was made of the claim it is not, whatever is written on it', () => {
  expect(exportedOf({ persistentVolumeClaimName: 'sales' }, EXPORTED)).toBeUndefined();
});

it('where nothing is written it is not told', () => {
  expect(exportedOf({ volumeSnapshotContentName: 'content' }, {})).toBeUndefined();
});
