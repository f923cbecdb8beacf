import type { Mirror } from '../../../../contract';
import type { ToldMirror } from '../controllerWire';
import { joinMirrors, type JoinedMirror, type MirrorsToJoin } from './joinMirrors';
import type { TridentMirror } from './tridentMirror';

const YES = { available: true } as const;
const NO = { available: false, reason: 'No.', fix: 'Ask.' } as const;

function ofTrident(change: Partial<Mirror> = {}, pending: string | null = null): TridentMirror {
  const mirror: Mirror = {
    kind: 'mirror',
    id: 'sales',
    uid: 'uid-1',
    volume: 'sales',
    volumeName: 'sales',
    from: 'prod:sales',
    to: 'lab:trident_sales',
    state: 'mirrored',
    stateAsTold: 'established',
    toldBy: 'trident',
    toldAt: '2026-11-23T08:00:00.000Z',
    hint: 'Trident tells “established” since 2026-11-23 08:00 UTC; it does not look again.',
    health: { state: 'unknown', reason: 'Not told.' },
    data: { known: false, reason: 'Not told.', snapshot: null },
    policy: { name: 'MirrorAllSnapshots', type: null },
    schedule: { name: 'hourly', everySeconds: null, nextAt: null },
    lastTransfer: null,
    transfer: null,
    update: null,
    seen: null,
    guard: null,
    can: { update: YES, promote: YES, resync: NO },
    ...change
  };
  return { mirror, pending };
}

const ofOntap = (change: Partial<ToldMirror> = {}): ToldMirror => ({
  uuid: '11111111-2222-3333-4444-555555555555',
  claim: 'sales',
  from: 'prod:sales',
  to: 'lab:trident_sales',
  state: 'snapmirrored',
  health: { state: 'healthy' },
  data: { known: true, asOf: '2026-11-23T11:48:00.000Z', snapshot: 'snapmirror.1' },
  policy: null,
  schedule: { name: 'hourly', everySeconds: 3600, nextAt: null },
  lastTransfer: null,
  transfer: null,
  update: null,
  seen: null,
  can: { update: YES, promote: NO, resync: NO },
  asOf: '2026-11-23T12:00:00.000Z',
  ...change
});

const join = (change: Partial<MirrorsToJoin>): JoinedMirror[] =>
  joinMirrors({
    trident: [],
    told: [],
    volumeNames: new Map([
      ['sales', 'sales'],
      ['home', 'home']
    ]),
    ontapAnswers: true,
    ...change
  });

function only(change: Partial<MirrorsToJoin>): JoinedMirror {
  const [one, ...rest] = join(change);
  expect(rest).toEqual([]);
  return one as JoinedMirror;
}

test('the same destination is one mirror: ONTAP tells how it is, Trident gives name and policy', () => {
  const { mirror } = only({ trident: [ofTrident()], told: [ofOntap()] });
  expect(mirror).toMatchObject({
    id: 'sales',
    uid: 'uid-1',
    toldBy: 'ontap',
    stateAsTold: 'snapmirrored',
    health: { state: 'healthy' },
    data: { known: true },
    policy: { name: 'MirrorAllSnapshots' },
    schedule: { everySeconds: 3600 },
    hint: null
  });
});

test('where Trident says something else than ONTAP, the hint tells it', () => {
  const { mirror, updateBy } = only({ trident: [ofTrident()], told: [ofOntap({ state: 'broken_off' })] });
  expect(mirror.state).toBe('broken-off');
  expect(mirror.hint).toBe('Trident tells “established” since 2026-11-23 08:00 UTC; it does not look again.');
  expect(mirror.can.update.available).toBe(false);
  expect(updateBy).toBeNull();
});

test('Trident is said not to look again only where it does not', () => {
  const hintFor = (state: Mirror['state'], stateAsTold: string | null): string | null =>
    only({ trident: [ofTrident({ state, stateAsTold })], told: [ofOntap({ state: 'paused' })] }).mirror.hint;
  expect(hintFor('promoted', 'promoted')).toContain('it does not look again');
  expect(hintFor('establishing', 'establishing')).toBe('Trident tells “establishing” since 2026-11-23 08:00 UTC.');
  expect(hintFor('not-reconciled', null)).toBeNull();
});

test('a failure that only Trident tells is in the hint, with its reason', () => {
  const failed = ofTrident({
    state: 'failed',
    stateAsTold: 'failed',
    health: { state: 'unhealthy', reasons: [{ message: 'Could not promote mirror', code: null }] }
  });
  expect(only({ trident: [failed], told: [ofOntap()] }).mirror.hint).toContain('“Could not promote mirror”');
});

test('what is asked of Trident and does not show yet is told also beside ONTAP', () => {
  const { mirror } = only({ trident: [ofTrident({}, '“promoted” is asked for.')], told: [ofOntap()] });
  expect(mirror.hint).toBe('“promoted” is asked for.');
});

test('a state of ONTAP that is new stays unknown, in its own words', () => {
  const { mirror } = only({ told: [ofOntap({ state: 'quiesced' })] });
  expect(mirror).toMatchObject({ state: 'unknown', stateAsTold: 'quiesced' });
  expect(mirror.hint).toContain('“quiesced”');
});

test('a relationship that only ONTAP knows is a mirror of its own', () => {
  const { mirror, updateBy } = only({ told: [ofOntap()] });
  expect(mirror).toMatchObject({
    id: 'ontap-11111111-2222-3333-4444-555555555555',
    uid: '11111111-2222-3333-4444-555555555555',
    volume: 'sales'
  });
  expect(updateBy).toBe('ontap');
});

test('a mirror of Trident that ONTAP does not tell says so, unless it is promoted', () => {
  expect(only({ trident: [ofTrident()] }).mirror.hint).toContain(
    'ONTAP tells this server of no relationship to lab:trident_sales.'
  );
  expect(only({ trident: [ofTrident({ hint: null, state: 'promoted' })] }).mirror.hint).toBeNull();
  expect(only({ trident: [ofTrident({ hint: null })], ontapAnswers: false }).mirror.hint).toBeNull();
});

test('before Trident knows the destination, the source and the claim tell that it is the same', () => {
  expect(join({ trident: [ofTrident({ to: null })], told: [ofOntap()] })).toHaveLength(1);
  expect(join({ trident: [ofTrident({ to: null, from: null })], told: [ofOntap()] })).toHaveLength(2);
});

test('the same destination of another claim is another mirror', () => {
  expect(join({ trident: [ofTrident()], told: [ofOntap({ claim: 'home' })] })).toHaveLength(2);
});

test('mirrors of volumes that this server does not mount are left out', () => {
  expect(join({ trident: [ofTrident({ volume: 'bob' })], told: [ofOntap({ claim: 'bob' })] })).toEqual([]);
});

test('an update goes to ONTAP where Trident can’t be asked', () => {
  const trident = [ofTrident({ can: { update: NO, promote: YES, resync: NO } })];
  expect(only({ trident, told: [ofOntap()] }).updateBy).toBe('ontap');
  expect(only({ trident: [ofTrident()], told: [ofOntap()] }).updateBy).toBe('trident');
});
