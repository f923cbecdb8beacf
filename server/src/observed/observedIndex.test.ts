/** The observed index: what counts as a change, what is remembered of changes, who is told. */
import { sampleClone, sampleSnapshot, sampleVolume } from '../testing/sampleObjects';
import { ObservedIndex, type Change } from './observedIndex';

const told = (index: ObservedIndex): Change[] => {
  const changes: Change[] = [];
  index.subscribe(change => changes.push(change));
  return changes;
};

it('holds objects by kind and id', () => {
  const index = new ObservedIndex();
  index.upsert(sampleVolume({ id: 'same' }));
  index.upsert(sampleClone({ id: 'same' }));
  expect([index.get('volume', 'same')?.kind, index.get('clone', 'same')?.kind]).toEqual(['volume', 'clone']);
  expect(index.get('snapshot', 'same')).toBeUndefined();
  expect(index.all('volume')).toHaveLength(1);
});

it('does not take an equal object or a removal of nothing for a change', () => {
  const index = new ObservedIndex();
  const changes = told(index);
  index.upsert(sampleSnapshot());
  index.upsert(sampleSnapshot());
  index.remove('snapshot', 'nothing');
  expect(changes.map(({ type }) => type)).toEqual(['upsert']);
  expect(index.revision).toBe(1);
});

it('numbers changes without gaps and tells of which volume a removed object was', () => {
  const index = new ObservedIndex();
  const changes = told(index);
  const { name, volume } = sampleSnapshot();
  index.upsert(sampleSnapshot());
  index.upsert(sampleSnapshot({ title: 'other' }));
  index.remove('snapshot', name);
  index.upsert(sampleVolume());
  index.remove('volume', sampleVolume().id);
  expect(changes.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5]);
  expect(changes[2]).toEqual({ type: 'remove', revision: 3, kind: 'snapshot', id: name, volume });
  expect(changes[4]).toMatchObject({ kind: 'volume', volume: null });
});

it('tells a listener of later changes until it unsubscribes, also while it is told', () => {
  const index = new ObservedIndex();
  index.upsert(sampleVolume());
  const seen: number[] = [];
  const unsubscribe = index.subscribe(({ revision }) => {
    seen.push(revision);
    unsubscribe();
  });
  index.upsert(sampleSnapshot());
  index.upsert(sampleClone());
  expect(seen).toEqual([2]);
});

describe('since', () => {
  const filled = (count: number): ObservedIndex => {
    const index = new ObservedIndex();
    for (let made = 1; made <= count; made += 1) {
      index.upsert(sampleVolume({ snapshotCount: made }));
    }
    return index;
  };

  it('gives exactly the changes behind a position', () => {
    const index = filled(5);
    expect(index.since(`${index.epoch}:3`)?.map(({ revision }) => revision)).toEqual([4, 5]);
    expect(index.since(`${index.epoch}:0`)).toHaveLength(5);
    expect(index.since(index.position)).toEqual([]);
  });

  it('gives nothing new of an index that never changed', () => {
    const index = new ObservedIndex();
    expect(index.since(index.position)).toEqual([]);
  });

  it.each(['other:3', '3', '', 'x:', 'x:1.5', 'x:-1'])('does not know the position “%s”', position => {
    const index = filled(5);
    expect(index.since(position.replace('x', index.epoch))).toBeNull();
  });

  it('does not know a position of the future', () => {
    const index = filled(5);
    expect(index.since(`${index.epoch}:6`)).toBeNull();
  });

  it('says so when changes behind the position are forgotten', () => {
    const index = filled(5_000);
    const oldest = 5_000 - 4_096;
    expect(index.since(`${index.epoch}:${oldest - 1}`)).toBeNull();
    expect(index.since(`${index.epoch}:${oldest}`)).toHaveLength(4_096);
  });
});

it('has another epoch in each process', () => {
  expect(new ObservedIndex().epoch).not.toBe(new ObservedIndex().epoch);
});
