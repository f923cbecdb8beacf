/** What a VolumeSnapshot says of a mirror’s data: what an admin has written down counts, and what Datamark has. */
import { annotations, labels, MANAGED_BY } from '../names';
import { VolumeSnapshot } from '../resources';
import { describeSnapshot } from './describeSnapshot';

const AROUND = {
  volume: { id: 'sales', name: 'sales' },
  patienceOver: false,
  keepsClaim: false,
  event: null
};

const exportedOf = (source: object, written: Record<string, string>, labelled = {}): string | undefined =>
  describeSnapshot(
    VolumeSnapshot.parse({
      metadata: {
        name: 'one',
        uid: 'u',
        creationTimestamp: '2026-11-22T10:00:00Z',
        labels: labelled,
        annotations: written
      },
      spec: { source }
    }),
    AROUND
  ).exported;

const EXPORTED = { [annotations.exportedSnapshot]: 'snapmirror.1' };

it('of one that was imported the exported snapshot is told', () => {
  expect(exportedOf({ volumeSnapshotContentName: 'content' }, EXPORTED)).toBe('snapmirror.1');
});

it('of one that Datamark made of the claim it is told too', () => {
  const ours = { [labels.managedBy]: MANAGED_BY };
  expect(exportedOf({ persistentVolumeClaimName: 'sales' }, EXPORTED, ours)).toBe('snapmirror.1');
});

it('of another one of the claim it is not, whatever is written on it', () => {
  expect(exportedOf({ persistentVolumeClaimName: 'sales' }, EXPORTED)).toBeUndefined();
});

it('where nothing is written it is not told', () => {
  expect(exportedOf({ volumeSnapshotContentName: 'content' }, {})).toBeUndefined();
});
