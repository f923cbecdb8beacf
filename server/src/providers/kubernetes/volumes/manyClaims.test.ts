/** A server with many claims: what it asks of the API server, and that it is told of each all the same. */
import { until } from '../../../testing/until';
import type { ObservedClaims } from './observedClaims';
import { ClaimScene, GET, recordOf, UNREVIEWED, VIEW, type SceneOptions } from './testing/claimScene';

const COUNT = 40;
const NAMES = Array.from({ length: COUNT }, (_, index) => `claim-${index}`);
const SERVER = {
  settings: { volumes: NAMES.map(name => `/mnt/${name}=${name}`).join('\n') },
  mounts: Object.fromEntries(NAMES.map(name => [`/mnt/${name}`, false]))
};

let scene: ClaimScene;

beforeEach(async () => {
  scene = await ClaimScene.begin();
  NAMES.forEach(name => scene.makeClaim(name));
  scene.makeClaim('claim-bob');
});

afterEach(() => scene.end());

/** What was asked of claims, in all. */
const asked = (): string[] => scene.verbs().filter(verb => verb.includes('persistentvolumeclaims'));

const observed = (more: SceneOptions = {}): Promise<ObservedClaims> => scene.observed({ ...SERVER, ...more });

it('is told of each change by one list and one watch of the namespace', async () => {
  scene.server.rules = [VIEW];

  const claims = await observed();
  await until(() => asked().includes('watch hub/persistentvolumeclaims'));
  expect(NAMES.map(name => recordOf(claims, name).volume.trouble)).toEqual(NAMES.map(() => null));
  scene.changeClaim('claim-bob', { status: { phase: 'Lost' } });
  scene.changeClaim('claim-7', { status: { phase: 'Lost' } });
  scene.deleteClaim('claim-8');
  await until(() => recordOf(claims, 'claim-8').volume.trouble?.includes('was deleted') === true);

  expect(recordOf(claims, 'claim-7').volume.trouble).toContain('has lost its volume');
  expect(claims.list().map(({ claim }) => claim)).not.toContain('claim-bob');
  expect(asked()).toEqual(['list hub/persistentvolumeclaims', 'watch hub/persistentvolumeclaims']);
});

it('is told by one list for each look where it may not watch', async () => {
  scene.server.rules = [{ ...VIEW, verbs: ['get', 'list'] }];
  const claims = await observed();
  scene.changeClaim('claim-7', { status: { phase: 'Lost' } });

  await claims.refresh();

  expect(recordOf(claims, 'claim-7').volume.trouble).toContain('has lost its volume');
  expect(asked()).toEqual(['list hub/persistentvolumeclaims', 'list hub/persistentvolumeclaims']);
});

it.each([
  ['says so', {}],
  ['says nothing', { rights: UNREVIEWED }]
])('asks for each where it may only get them and the review %s', async (_, more) => {
  scene.server.rules = [GET];

  const claims = await observed(more);
  await until(() => NAMES.every(name => recordOf(claims, name).object !== null));
  const before = asked().length;
  await claims.refresh();

  expect(new Set(asked().slice(before))).toEqual(new Set(NAMES.map(name => `get persistentvolumeclaims/${name}`)));
});

it('says of a claim that is not there that it is not', async () => {
  scene.deleteClaim('claim-3');

  const claims = await observed();

  expect(recordOf(claims, 'claim-3').volume.trouble).toContain('There is no claim claim-3');
});
