import type { SnapshotOfRun } from './snapshotOfRun';
import { runTags, snapshotsOfTags, TooManySnapshots, VOLUMES_TAG } from './runTags';

const HOME: SnapshotOfRun = {
  volume: 'home',
  snapshot: 'home.20260102-030405z-ab12',
  uid: '0f3b2c1e-5a4d-4c3b-9a8f-1122334455aa',
  namespace: 'ann',
  cluster: 'prod',
  time: '2026-01-02T03:04:05Z',
  relation: 'before-run'
};
const DATA: SnapshotOfRun = {
  ...HOME,
  volume: 'data',
  snapshot: 'data.1',
  uid: 'ffffffff-5a4d-4c3b-9a8f-1122334455aa'
};
const NAMES = { data_volume_name: 'home', snapshot_name: 'monday' };

const run = (
  tags: Record<string, string>,
  params: Record<string, string> = {}
): Parameters<typeof snapshotsOfTags>[0] => ({
  data: { metrics: [], tags: pairs(tags), params: pairs(params) }
});
const pairs = (values: Record<string, string>): { key: string; value: string }[] =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

test('what is written is read again, for one snapshot and for several', () => {
  for (const snapshots of [[HOME], [HOME, DATA]] as const) {
    const tags = runTags([...snapshots], 'train.ipynb');
    expect(snapshotsOfTags({ data: { metrics: [], params: [], tags } })).toEqual(snapshots);
  }
});

test('the names are NetApp’s, and tell the first snapshot', () => {
  expect(runTags([HOME, DATA], null)).toEqual(
    expect.arrayContaining([
      { key: 'data_volume_name', value: 'home' },
      { key: 'snapshot_name', value: 'home.20260102-030405z-ab12' }
    ])
  );
});

test('each uid can be searched for in one tag', () => {
  const volumes = runTags([HOME, DATA], null).find(({ key }) => key === VOLUMES_TAG)?.value;
  expect(volumes).toContain(HOME.uid);
  expect(volumes).toContain(DATA.uid);
});

test('what NetApp’s recipe writes is read, as tags and as parameters, and nothing is made up', () => {
  const known = { volume: 'home', snapshot: 'monday', uid: null, namespace: null, cluster: null, time: null };
  expect(snapshotsOfTags(run(NAMES))).toEqual([{ ...known, relation: null }]);
  expect(snapshotsOfTags(run({}, NAMES))).toEqual([{ ...known, relation: null }]);
});

test.each([
  ['no tags', {}],
  ['half of them', { data_volume_name: 'home' }],
  ['a volume as tag and its snapshot as nothing', { snapshot_name: 'monday' }]
])('a run with %s says nothing', (_, tags) => {
  expect(snapshotsOfTags(run(tags))).toEqual([]);
});

test.each(['not JSON', '[]', '{}', '[{"volume":"home"}]', '[null]'])(
  'where the list of volumes is %s the single tags are read',
  volumes => {
    const tags = Object.fromEntries(runTags([HOME], null).map(({ key, value }) => [key, value]));
    expect(snapshotsOfTags(run({ ...tags, [VOLUMES_TAG]: volumes }))).toEqual([HOME]);
  }
);

test('more than a tag can name are refused, and a notebook with too long a path is left out', () => {
  const many = Array.from({ length: 40 }, () => DATA);
  expect(() => runTags([HOME, ...many], null)).toThrow(TooManySnapshots);
  const tags = runTags([HOME], 'x'.repeat(5001));
  expect(tags.every(({ value }) => value.length <= 5000)).toBe(true);
  expect(tags.some(({ key }) => key.endsWith('notebook'))).toBe(false);
});

test('what another tool wrote over or beside our tags is told too, without our uid', () => {
  const tags = Object.fromEntries(runTags([HOME, DATA], null).map(({ key, value }) => [key, value]));
  const over = snapshotsOfTags(run({ ...tags, snapshot_name: 'tuesday' }, { ...NAMES, snapshot_name: 'monday' }));
  const alone = { volume: 'home', uid: null, namespace: null, cluster: null, time: null, relation: null };
  expect(over).toEqual([HOME, DATA, { ...alone, snapshot: 'tuesday' }, { ...alone, snapshot: 'monday' }]);
});
