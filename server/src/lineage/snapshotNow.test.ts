import type { LinkedSnapshot } from '../../../contract';
import { snapshotNow, type KnownHere } from './snapshotNow';

const LINK: LinkedSnapshot = {
  volume: 'home',
  snapshot: 'home.1',
  uid: 'uid-1',
  namespace: 'ann',
  cluster: 'prod',
  time: null,
  relation: 'exact'
};
const SNAPSHOT = { name: 'home.1', uid: 'uid-1', volume: 'claim-home', volumeName: 'home' };
const HERE: KnownHere = {
  volumes: [{ id: 'claim-home', name: 'home' }],
  snapshots: [SNAPSHOT],
  namespace: 'ann',
  cluster: 'prod',
  complete: true
};

test('it exists where its uid does, whatever it is called and wherever it is said to be', () => {
  expect(snapshotNow(LINK, HERE)).toEqual({ state: 'exists', snapshot: 'home.1' });
  const renamed = { ...HERE, cluster: 'new-alias', snapshots: [{ ...SNAPSHOT, name: 'home.2' }] };
  expect(snapshotNow(LINK, renamed)).toEqual({ state: 'exists', snapshot: 'home.2' });
});

test('one of its names and another uid is said loudly to be another one', () => {
  const now = snapshotNow(LINK, { ...HERE, snapshots: [{ ...SNAPSHOT, uid: 'uid-2' }] });
  expect(now).toEqual({
    state: 'other-uid',
    snapshot: 'home.1',
    message: 'This is NOT the data of the run: it used another snapshot that was called home.1 of home too (uid uid-1).'
  });
});

test('with all snapshots known it is gone; else, or without a uid, nothing surer is said than what is known', () => {
  const none = { ...HERE, snapshots: [] };
  expect(snapshotNow(LINK, none).state).toBe('gone');
  expect(snapshotNow(LINK, { ...none, complete: false }).state).toBe('unknown');
  const away = [{ id: 'claim-home', name: 'home', elsewhere: { state: 'shown' as const } }];
  expect(snapshotNow(LINK, { ...none, volumes: away }).state).toBe('unknown');
  expect(snapshotNow({ ...LINK, uid: null }, HERE)).toMatchObject({ state: 'same-names', snapshot: 'home.1' });
  expect(snapshotNow({ ...LINK, uid: null }, none).state).toBe('gone');
});

test.each([
  ['another cluster', { cluster: 'test' }, 'is in the namespace ann of the cluster test, not here'],
  ['another cluster, without a namespace', { cluster: 'test', namespace: null }, 'is in the cluster test, not here'],
  ['another namespace', { namespace: 'bob' }, 'is in the namespace bob, not here'],
  ['another volume', { volume: 'data' }, 'data is no volume of this server']
])('what is in %s is unknown here, also where the names are known', (_, place, words) => {
  const link = { ...LINK, uid: 'uid-9', ...place };
  const now = snapshotNow(link, HERE);
  expect(now.state).toBe('unknown');
  expect(now).toMatchObject({ message: expect.stringContaining(words) as unknown });
});

test('the name of the volume in a link may be its claim’s or what people call it', () => {
  for (const volume of ['home', 'claim-home']) {
    expect(snapshotNow({ ...LINK, volume, uid: 'uid-2' }, HERE).state).toBe('other-uid');
  }
});
