/** The timelines follow the index: each volume its own, kept from the first question on. */
import { SnapshotQuery } from '../../../../contract';
import { ObservedIndex } from '../../observed/observedIndex';
import { sampleSnapshot, sampleVolume } from '../../testing/sampleObjects';
import { Timelines } from './timelines';

const setUp = () => {
  const index = new ObservedIndex();
  const timelines = new Timelines(index);
  const names = (volume: string): string[] =>
    timelines
      .of(volume)
      .page(SnapshotQuery.parse({}))
      .items.map(({ name }) => name);
  return { index, timelines, names };
};

it('shows each volume its own snapshots, from before and after the first question', () => {
  const { index, names } = setUp();
  index.upsert(sampleSnapshot({ name: 'a1', volume: 'a' }));
  index.upsert(sampleSnapshot({ name: 'b1', volume: 'b' }));
  expect([names('a'), names('b'), names('c')]).toEqual([['a1'], ['b1'], []]);
  index.upsert(sampleSnapshot({ name: 'a2', volume: 'a' }));
  index.upsert(sampleSnapshot({ name: 'c1', volume: 'c' }));
  index.remove('snapshot', 'b1');
  expect([names('a'), names('b'), names('c')]).toEqual([['a2', 'a1'], [], ['c1']]);
});

it('shows a snapshot as it is after a change', () => {
  const { index, timelines, names } = setUp();
  index.upsert(sampleSnapshot({ name: 'a1', volume: 'a', title: 'before' }));
  expect(names('a')).toEqual(['a1']);
  index.upsert(sampleSnapshot({ name: 'a1', volume: 'a', title: 'after' }));
  expect(timelines.of('a').page(SnapshotQuery.parse({ q: 'after' })).total).toBe(1);
});

it('agrees with the index when a volume goes and comes back', () => {
  const { index, names } = setUp();
  index.upsert(sampleVolume({ id: 'a' }));
  index.upsert(sampleSnapshot({ name: 'a1', volume: 'a' }));
  expect(names('a')).toEqual(['a1']);
  index.remove('snapshot', 'a1');
  index.remove('volume', 'a');
  index.upsert(sampleVolume({ id: 'a' }));
  index.upsert(sampleSnapshot({ name: 'a2', volume: 'a' }));
  expect(names('a')).toEqual(['a2']);
});

it('follows the index no longer once disposed', () => {
  const { index, timelines } = setUp();
  const before = timelines.of('a');
  timelines.dispose();
  index.upsert(sampleSnapshot({ name: 'a1', volume: 'a' }));
  expect(before.size).toBe(0);
});
