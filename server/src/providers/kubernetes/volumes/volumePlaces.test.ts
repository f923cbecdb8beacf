/** Which claim is home, which mount is shown, where the file browser has it. */
import type { ClaimMount, MountedClaim } from './mountedClaim';
import { volumePlaces, type ServerPlaces } from './volumePlaces';

const mount = (path: string, parts: Partial<ClaimMount> = {}): ClaimMount => ({
  path,
  subPath: null,
  readOnly: false,
  ...parts
});
const claim = (name: string, ...mounts: ClaimMount[]): MountedClaim => ({ claim: name, mounts, ephemeral: false });
const JOVYAN: ServerPlaces = { home: '/home/jovyan', serverRoot: '/home/jovyan' };

const placed = (claims: MountedClaim[], places = JOVYAN): [string, string, string | null, string][] =>
  [...volumePlaces(claims, places)].map(([name, place]) => [name, place.role, place.browsePath, place.mount.path]);

it('shows home first, and the rest as declared', () => {
  const claims = [claim('b', mount('/data')), claim('a', mount('/home/shared')), claim('h', mount('/home/jovyan'))];
  expect(placed(claims)).toEqual([
    ['h', 'home', '', '/home/jovyan'],
    ['b', 'data', null, '/data'],
    ['a', 'data', null, '/home/shared']
  ]);
});

it('takes the volume that holds the home directory, the innermost one', () => {
  const claims = [claim('all', mount('/home')), claim('ann', mount('/home/ann'))];
  expect(placed(claims, { home: '/home/ann/work', serverRoot: '/' })).toEqual([
    ['ann', 'home', 'home/ann', '/home/ann'],
    ['all', 'data', 'home', '/home']
  ]);
});

it('takes the server’s root where the home directory is on no claim', () => {
  const claims = [claim('work', mount('/work/notebooks')), claim('data', mount('/data'))];
  expect(placed(claims, { home: '/root', serverRoot: '/work/notebooks' })[0]).toEqual([
    'work',
    'home',
    '',
    '/work/notebooks'
  ]);
});

it('calls no volume home where none holds either', () => {
  expect(placed([claim('data', mount('/data'))], { home: null, serverRoot: null })).toEqual([
    ['data', 'data', null, '/data']
  ]);
});

it('does not take a path that only begins alike for one inside', () => {
  expect(placed([claim('x', mount('/home/jovyan2'))])).toEqual([['x', 'data', null, '/home/jovyan2']]);
});

it('shows the whole claim before a part of it, and a writable mount before a read-only one', () => {
  const claims = [
    claim('one', mount('/part', { subPath: 'a' }), mount('/ro', { readOnly: true }), mount('/rw')),
    claim('two', mount('/part2', { subPath: 'a' }), mount('/whole', { readOnly: true }))
  ];
  expect(placed(claims).map(([, , , path]) => path)).toEqual(['/rw', '/whole']);
});

it.each([
  ['/scratch', 'scratch'],
  ['/mnt/scratch-space', 'scratch'],
  ['/tmp/x', 'scratch'],
  ['/templates', 'data'],
  ['/scratchpads', 'data']
])('%s is %s', (path, role) => {
  expect(placed([claim('x', mount(path))])[0]?.[1]).toBe(role);
});

it('calls what goes with the pod scratch', () => {
  const ephemeral = { ...claim('pod-x', mount('/fast')), ephemeral: true };
  expect(placed([ephemeral])[0]?.[1]).toBe('scratch');
});
