import type { LinkedSnapshot } from '../../../../contract';
import type { DataOfRun } from '../runData';
import { dataDifferences, differencesMessage } from './dataDifferences';

const link = (parts: Partial<LinkedSnapshot> = {}): DataOfRun => ({
  link: {
    volume: 'home',
    snapshot: 'home.1',
    uid: 'u1',
    namespace: 'ann',
    cluster: 'prod',
    time: '2026-01-02T03:04:05Z',
    relation: 'exact',
    ...parts
  },
  now: { state: 'gone', message: '' },
  snapshot: null
});

const states = (from: DataOfRun[], to: DataOfRun[]): string[] => dataDifferences(from, to).map(({ state }) => state);

test('one uid is one snapshot, whatever else the runs say', () => {
  expect(states([link()], [link({ volume: 'renamed', snapshot: 'x' })])).toEqual(['same']);
  expect(dataDifferences([link()], [link({ relation: 'before-run' })])[0]?.message).toContain('is not in it');
});

test('the same names with another uid are another snapshot; without one it can’t be told', () => {
  expect(states([link()], [link({ uid: 'u2' })])).toEqual(['other']);
  expect(states([link()], [link({ uid: null })])).toEqual(['unsure']);
  expect(states([link({ uid: null })], [link({ uid: null })])).toEqual(['unsure']);
});

test('volumes of one name in two places are two volumes', () => {
  expect(states([link()], [link({ namespace: 'bob', uid: 'u2' })])).toEqual(['only-from', 'only-to']);
  // Who told no place may mean this one.
  expect(states([link()], [link({ namespace: null, cluster: null, uid: null })])).toEqual(['unsure']);
});

test('of two snapshots of one volume each finds its own', () => {
  const [one, two] = [link(), link({ uid: 'u2', snapshot: 'home.2' })];
  expect(states([one, two], [two, one])).toEqual(['same', 'same']);
  expect(states([one], [two, one])).toEqual(['same', 'only-to']);
});

test('that runs without snapshots used the same data is not claimed', () => {
  expect(differencesMessage(dataDifferences([], []))).toContain('nothing is known');
  expect(dataDifferences([link()], [])[0]?.message).toContain('may have used it all the same');
});
