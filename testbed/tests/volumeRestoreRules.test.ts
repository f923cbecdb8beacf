// deploy/crd/volumerestores.yaml on a real API server: what it refuses, what stays as it was made, what kubectl shows.
import { kubectl } from '../support/kubectl';
import { at } from '../support/kubernetesObject';
import { volumeRestore } from '../support/manifests';
import { tryCreate } from '../support/sharedAccount';
import { applyShipped } from '../support/shippedManifest';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const REQUESTER = { podName: 'jupyter-ann', podUid: '5d3c2d1e-0000-4000-8000-000000000001' };
const LONG = 'd/'.repeat(2047) + 'ff';

let cluster: TestCluster;
let namespace: TestNamespace;

beforeAll(async () => {
  cluster = await TestCluster.open();
  await applyShipped('crd/volumerestores.yaml');
  await waitUntil('the API server to serve it', async () => {
    const found = await cluster.admin.get('CustomResourceDefinition', 'volumerestores.datamark.github.io');
    const conditions = (at(found, 'status', 'conditions') ?? []) as { type: string; status: string }[];
    return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
  });
  namespace = await cluster.namespace('restore-rules');
});

afterAll(async () => {
  await namespace.remove();
  cluster.close();
});

const tried = (spec: Record<string, unknown>) => tryCreate(namespace, volumeRestore('home.r', 'home', spec));

test.each([
  ['the least', { snapshotName: 'home.one' }],
  ['an undo', { undoOf: 'home.r0' }],
  ['a strategy and a requester', { snapshotName: 'home.one', strategy: 'swap', requester: REQUESTER }],
  ['a single file', { snapshotName: 'home.one', strategy: 'files', paths: ['a b/.c/..d/…/é'] }],
  ['as many and as long paths as there may be', { snapshotName: 'x', strategy: 'files', paths: [LONG, LONG] }],
  ['500 paths', { snapshotName: 'x', strategy: 'files', paths: Array.from({ length: 500 }, (_, i) => `a/${i}`) }],
  ['the longest name', { snapshotName: 'x'.repeat(253) }]
])('takes %s', async (_, spec) => {
  expect(await tried(spec)).toBe('201');
});

test.each([
  ['no source', {}, 'give exactly one of snapshotName and undoOf'],
  ['two sources', { snapshotName: 'a', undoOf: 'b' }, 'give exactly one of snapshotName and undoOf'],
  ['files without paths', { snapshotName: 'a', strategy: 'files' }, 'paths go with the strategy files'],
  ['paths without files', { snapshotName: 'a', paths: ['x'] }, 'paths go with the strategy files'],
  ['paths with swap', { snapshotName: 'a', strategy: 'swap', paths: ['x'] }, 'paths go with the strategy files'],
  ['an undo of files', { undoOf: 'b', strategy: 'files', paths: ['x'] }, 'files can not be chosen'],
  ['no path', { snapshotName: 'a', strategy: 'files', paths: [] }, 'should have at least 1 items'],
  ['too many paths', { snapshotName: 'a', strategy: 'files', paths: Array(501).fill('x') }, 'must have at most 500'],
  ['too long a path', { snapshotName: 'a', strategy: 'files', paths: [`${LONG}x`] }, 'may not be more than 4096'],
  ['another strategy', { snapshotName: 'a', strategy: 'revert' }, 'supported values: "swap", "copy", "files"'],
  ['an approval from the start', { snapshotName: 'a', approved: true }, 'made with approved and cancel false'],
  ['an end from the start', { snapshotName: 'a', cancel: true }, 'made with approved and cancel false'],
  ['half a requester', { snapshotName: 'a', requester: { podName: 'p' } }, 'podUid: Required value'],
  ['too long a name', { snapshotName: 'x'.repeat(254) }, 'may not be more than 253'],
  ['an empty name', { snapshotName: '' }, 'should be at least 1 chars']
])('refuses %s', async (_, spec, message) => {
  expect(await tried(spec)).toMatch(/^422 /);
  expect(await tried(spec)).toContain(message);
});

test.each(['/etc', 'a/', 'a//b', '.', '..', './a', 'a/.', 'a/./b', '../a', 'a/../../b', 'a/..', ''])(
  'refuses the path "%s"',
  async file => {
    expect(await tried({ snapshotName: 'a', strategy: 'files', paths: ['fine', file] })).toMatch(
      /^422 .*spec\.paths\[1\].*(a path is relative to the volume|at least 1 chars)/s
    );
  }
);

test('refuses a path with a zero byte', async () => {
  const paths = [`a${String.fromCharCode(0)}b`];
  expect(await tried({ snapshotName: 'a', strategy: 'files', paths })).toMatch(/^422 .*a path has no zero byte/);
});

describe('once it is made', () => {
  const whole = { snapshotName: 'home.one', strategy: 'files', paths: ['a', 'b'], requester: REQUESTER };
  const change = (name: string, spec: Record<string, unknown>) => namespace.patch('VolumeRestore', name, { spec });

  beforeAll(async () => {
    await namespace.create(
      volumeRestore('home.files', 'home', whole),
      volumeRestore('home.least', 'home', { snapshotName: 'home.one' }),
      volumeRestore('home.undo', 'home', { undoOf: 'home.least' })
    );
  });

  test.each([
    ['home.files', { claimName: 'other' }, 'claimName can not be changed'],
    ['home.files', { snapshotName: 'home.two' }, 'snapshotName can not be changed'],
    ['home.files', { snapshotName: null, undoOf: 'home.least' }, 'snapshotName can not be changed'],
    ['home.files', { strategy: 'swap', paths: null }, 'strategy can not be changed'],
    ['home.files', { strategy: null, paths: null }, 'strategy can not be changed'],
    ['home.files', { paths: ['a'] }, 'paths can not be changed'],
    ['home.files', { paths: ['b', 'a'] }, 'paths can not be changed'],
    ['home.files', { requester: { podUid: 'other' } }, 'requester can not be changed'],
    ['home.files', { requester: null }, 'requester can not be changed'],
    ['home.least', { requester: REQUESTER }, 'requester can not be changed'],
    ['home.least', { strategy: 'copy' }, 'strategy can not be changed'],
    ['home.least', { strategy: 'files', paths: ['a'] }, 'can not be changed'],
    ['home.undo', { undoOf: 'home.files' }, 'undoOf can not be changed'],
    ['home.undo', { undoOf: null, snapshotName: 'home.one' }, 'undoOf can not be changed']
  ])('%s stays as it is: not %j', async (name, spec, message) => {
    await expect(change(name, spec)).rejects.toMatchObject({ status: 422, message: expect.stringContaining(message) });
  });

  test('it is approved and cancelled once, and never the other way round', async () => {
    await change('home.files', { approved: true });
    const back = { status: 422, message: expect.stringContaining('an approval can not be taken back') };
    await expect(change('home.files', { approved: false })).rejects.toMatchObject(back);
    await expect(change('home.files', { approved: null })).rejects.toMatchObject(back);
    await change('home.files', { cancel: true });
    await expect(change('home.files', { cancel: false })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('cancel can not be taken back')
    });
    await change('home.least', { cancel: true });
    await expect(change('home.least', { approved: true })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('a cancelled restore can not be approved')
    });
  });

  test('a change of spec leaves the status alone, and one of the status leaves the spec alone', async () => {
    const both = { spec: { cancel: true }, status: { phase: 'Planned', message: 'Ready.' } };
    expect((await namespace.patch('VolumeRestore', 'home.undo', both)).status).toBeUndefined();
    const after = await namespace.patch(
      'VolumeRestore',
      'home.undo',
      { spec: { approved: true }, status: both.status },
      '/status'
    );
    expect([after.spec, after.status]).toEqual([
      { claimName: 'home', undoOf: 'home.least', approved: false, cancel: true },
      { phase: 'Planned', message: 'Ready.' }
    ]);
  });

  test.each([
    ['another phase', { phase: 'Done' }, 'Unsupported value: "Done"'],
    ['a time that is none', { gateClosedUntil: 'soon' }, 'must be of type date-time'],
    ['a condition twice', { conditions: [condition('Ready'), condition('Ready')] }, 'Duplicate value'],
    ['half a volume', { oldVolume: { name: 'pv' } }, 'oldVolume.uid: Required value']
  ])('a status with %s is refused', async (_, status, message) => {
    await expect(namespace.patch('VolumeRestore', 'home.undo', { status }, '/status')).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining(message)
    });
  });

  test('kubectl shows what it is about, by its short name', async () => {
    await namespace.patch(
      'VolumeRestore',
      'home.files',
      { status: { phase: 'Planned', strategy: 'files' } },
      '/status'
    );
    const [head = '', line = ''] = (await kubectl(['-n', namespace.name, 'get', 'vres', 'home.files'])).split('\n');
    expect(head.split(/ {2,}/)).toEqual(['NAME', 'CLAIM', 'SNAPSHOT', 'STRATEGY', 'PHASE', 'AGE']);
    expect(line.split(/ {2,}/).slice(0, 5)).toEqual(['home.files', 'home', 'home.one', 'files', 'Planned']);
    expect(await kubectl(['-n', namespace.name, 'get', 'datamark', '-o', 'name'])).toContain('/home.least');
    const patch = JSON.stringify({ status: { message: 'Waits for you.' } });
    await kubectl([
      '-n',
      namespace.name,
      'patch',
      'vres',
      'home.files',
      '--subresource=status',
      '--type=merge',
      `-p=${patch}`
    ]);
    expect(await kubectl(['-n', namespace.name, 'get', 'vres', 'home.files', '-o', 'wide'])).toContain(
      'Waits for you.'
    );
  });
});

function condition(type: string): Record<string, string> {
  return { type, status: 'True', reason: 'Because', message: '', lastTransitionTime: '2026-11-22T10:00:00.000Z' };
}
