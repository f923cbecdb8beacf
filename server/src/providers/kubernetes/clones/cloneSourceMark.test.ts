import { annotations } from '../names';
import { SNAPSHOT_GROUP } from '../resources';
import { PersistentVolumeClaim } from '../volumes/claimResource';
import { clonedSnapshot } from './cloneSourceMark';

const MARK = {
  ...{ kind: 'snapshot', name: 'home.1', uid: 'u1', label: 'before', claim: 'home' },
  createdAt: '2026-11-20T08:00:00Z'
};

const clone = (mark: unknown, source: object | undefined): PersistentVolumeClaim =>
  PersistentVolumeClaim.parse({
    metadata: {
      ...{ name: 'home.sweep', namespace: 'hub', uid: 'c1', resourceVersion: '1' },
      creationTimestamp: '2026-11-20T08:01:00Z',
      annotations: { [annotations.source]: JSON.stringify(mark) }
    },
    spec: source === undefined ? {} : { dataSourceRef: source },
    status: { phase: 'Bound' }
  });
const of = (name: string): object => ({ apiGroup: SNAPSHOT_GROUP, kind: 'VolumeSnapshot', name });

test('a clone is known by its snapshot’s uid where its spec and what was written down agree', () => {
  const told = { name: 'home.1', uid: 'u1', volume: 'home', label: 'before', createdAt: '2026-11-20T08:00:00.000Z' };
  expect(clonedSnapshot(clone(MARK, of('home.1')))).toEqual(told);
  expect(clonedSnapshot(clone({ ...MARK, exported: 'snapmirror.1' }, of('home.1')))).toEqual({
    ...told,
    exported: 'snapmirror.1'
  });
  expect(clonedSnapshot(clone(MARK, of('home.2')))).toBeNull();
  expect(clonedSnapshot(clone(MARK, undefined))).toBeNull();
  expect(clonedSnapshot(clone({ ...MARK, uid: null }, of('home.1')))).toBeNull();
  expect(
    clonedSnapshot(clone({ ...MARK, kind: 'volume' }, { kind: 'PersistentVolumeClaim', name: 'home.1' }))
  ).toBeNull();
  expect(clonedSnapshot(clone('nonsense', of('home.1')))).toBeNull();
});
