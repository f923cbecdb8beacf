/** What DATAMARK_VOLUMES may say, and what is said of what it may not. */
import { declaredVolumes } from './declaredVolumes';

const claimsOf = (text: string): Record<string, string[]> =>
  Object.fromEntries(
    (declaredVolumes(text)?.claims ?? []).map(({ claim, mounts }) => [
      claim,
      mounts.map(({ path, subPath }) => (subPath === null ? path : `${path} < ${subPath}`))
    ])
  );
const messages = (text: string): string[] => (declaredVolumes(text)?.notices ?? []).map(({ message }) => message);

it.each([null, '', ' \n '])('%j declares nothing', text => {
  expect(declaredVolumes(text)).toBeNull();
});

it.each<[string, Record<string, string[]>]>([
  ['/home/jovyan=claim-ann', { 'claim-ann': ['/home/jovyan'] }],
  ['/home/jovyan=claim-ann,/home/shared=shared', { 'claim-ann': ['/home/jovyan'], shared: ['/home/shared'] }],
  [' /a = claim ', {}],
  [' /a=one ,\t/b=two, ', { one: ['/a'], two: ['/b'] }],
  ['\n/a=one\r\n\n/b=two\n', { one: ['/a'], two: ['/b'] }],
  ['/a,b=one\n/c=two', { one: ['/a,b'], two: ['/c'] }],
  ['/a,b=one\n', {}],
  ['/lr=0.1/x=y=claim-1', { 'claim-1': ['/lr=0.1/x=y'] }],
  ['/my data/ü=claim', { claim: ['/my data/ü'] }],
  ['/home/jovyan/=claim', { claim: ['/home/jovyan'] }],
  ['//home///jovyan//./x=claim', { claim: ['/home/jovyan/x'] }],
  ['/home/ann=home-nfs/ann', { 'home-nfs': ['/home/ann < ann'] }],
  ['/home/ann=home-nfs/users/a b/', { 'home-nfs': ['/home/ann < users/a b'] }],
  ['/home/ann=home-nfs/', { 'home-nfs': ['/home/ann'] }],
  ['/a=one,/b=one', { one: ['/a', '/b'] }],
  ['/a=claim-ann--gpu', { 'claim-ann--gpu': ['/a'] }],
  ['/a=a.b-c', { 'a.b-c': ['/a'] }]
])('%j', (text, expected) => {
  expect(claimsOf(text)).toEqual(expected);
});

it.each([
  ['home=claim', 'which is not <mount path>=<claim>'],
  ['/home', 'which is not <mount path>=<claim>'],
  ['=claim', 'which is not <mount path>=<claim>'],
  ['/home=', 'which is not <mount path>=<claim>'],
  ['/home=Claim_A', 'which is not <mount path>=<claim>'],
  ['/home=-claim', 'which is not <mount path>=<claim>'],
  [`/home=${'c'.repeat(254)}`, 'which is not <mount path>=<claim>'],
  ['/home=claim-{username}', 'whose braces nobody filled in'],
  ['/home={pvc_name}', 'whose braces nobody filled in'],
  ['/=claim', 'whose path can’t be that of a volume'],
  ['/home/../etc=claim', 'whose path can’t be that of a volume']
])('%j is told, and what else stands there is used', (entry, fault) => {
  const text = `${entry}\n/data=set`;
  expect(claimsOf(text)).toEqual({ set: ['/data'] });
  expect(messages(text)).toHaveLength(1);
  expect(messages(text)[0]).toContain(fault);
});

it('tells of two claims at one path and keeps the first, but not of one entry twice', () => {
  expect(claimsOf('/a=one,/a=two')).toEqual({ one: ['/a'] });
  expect(messages('/a=one,/a=two')).toEqual(['DATAMARK_VOLUMES names two claims for /a, one and two; one is shown.']);
  expect(messages('/a=one,/a/=one')).toEqual([]);
});

it('keeps a long entry short in words', () => {
  expect(messages('x'.repeat(500))[0]?.length).toBeLessThan(160);
});
