/** What a person reads when the cluster says no, with the texts of a real API server. */
import { problemSlug } from '../../../../contract';
import { ProblemError } from '../../problemError';
import { KubernetesError } from './client/kubernetesApi';
import { clusterProblem } from './clusterProblem';

const read = (status: number, reason: string, message: string, retryAfterMs: number | null = null) => {
  const error = new KubernetesError(status, reason, message, retryAfterMs);
  const { problem } = clusterProblem(error, { what: 'The snapshot was not made.', object: 'claim-ann' });
  return { slug: problemSlug(problem.type), detail: problem.detail, next: problem.next, object: problem.object };
};

it('names the account, the verb, the resource and the role that allows it', () => {
  const message =
    'volumesnapshots.snapshot.storage.k8s.io is forbidden: User "system:serviceaccount:hub:singleuser" cannot create resource "volumesnapshots" in API group "snapshot.storage.k8s.io" in the namespace "hub"';
  expect(read(403, 'Forbidden', message)).toEqual({
    slug: 'forbidden',
    detail: 'The snapshot was not made. Account singleuser may not create volumesnapshots in namespace hub.',
    next: 'An admin can grant it: the role datamark-user has it; the check report lists what else is missing.',
    object: 'claim-ann'
  });
});

it('names no role of ours for what none of them has', () => {
  const message =
    'nodes is forbidden: User "ann" cannot get resource "nodes" in API group "metrics.k8s.io" at the cluster scope';
  const { detail, next } = read(403, 'Forbidden', message);
  expect(detail).toContain('User ann may not get nodes in the cluster.');
  expect(next).not.toContain('datamark-');
});

it('asks nobody to mend what is read again by itself, as after a restart of the API server', () => {
  expect(read(410, 'Expired', 'too old resource version: 17617 (17869)')).toMatchObject({
    slug: 'storage-unreachable',
    detail: 'The snapshot was not made. What was known of it is too old, and is being read again.',
    next: 'Try again in a moment.'
  });
});

it('tells which quota is used up and how far', () => {
  const message =
    'volumesnapshots.snapshot.storage.k8s.io "a" is forbidden: exceeded quota: small, requested: count/volumesnapshots.snapshot.storage.k8s.io=1, used: count/volumesnapshots.snapshot.storage.k8s.io=5, limited: count/volumesnapshots.snapshot.storage.k8s.io=5';
  const { slug, detail } = read(403, 'Forbidden', message);
  expect(slug).toBe('quota-exceeded');
  expect(detail).toContain('Quota small is used up: 5 of 5 count/volumesnapshots.snapshot.storage.k8s.io.');
});

it.each([
  [
    422,
    "volumesnapshots.snapshot.storage.k8s.io \"x\" is forbidden: ValidatingAdmissionPolicy 'own' with binding 'own-hub' denied request: server jupyter-eve may snapshot only its own volume",
    'Policy own of the cluster forbids it: server jupyter-eve may snapshot only its own volume.'
  ],
  [
    403,
    'admission webhook "quota.example.org" denied the request: not on Sundays!',
    'Rule quota.example.org of the cluster forbids it: not on Sundays!'
  ],
  [400, 'admission webhook "a.b" denied the request', 'Rule a.b of the cluster forbids it: it gives no reason.']
])('passes on the words of a policy (%i)', (status, message, expected) => {
  const { slug, detail } = read(status, 'Invalid', message);
  expect(slug).toBe('policy-denied');
  expect(detail).toBe(`The snapshot was not made. ${expected}`);
});

it.each([
  [401, 'Unauthorized', 'token-refused'],
  [403, 'Forbidden', 'forbidden'],
  [404, 'NotFound', 'object-changed'],
  [409, 'Conflict', 'object-changed'],
  [409, 'AlreadyExists', 'already-exists'],
  [422, 'Invalid', 'cluster-refused'],
  [429, 'TooManyRequests', 'cluster-busy'],
  [500, 'InternalError', 'storage-unreachable'],
  [503, 'ServiceUnavailable', 'storage-unreachable'],
  [0, 'ECONNRESET', 'storage-unreachable'],
  [0, 'Timeout', 'storage-unreachable'],
  [0, 'NoToken', 'token-refused']
] as const)('%i %s is %s', (status, reason, slug) => {
  expect(read(status, reason, 'because').slug).toBe(slug);
});

it('thinks of a network policy where nothing comes back, and only there', () => {
  expect(read(0, 'ConnectTimeout', '').next).toContain('network policy');
  expect(read(0, 'ENOTFOUND', 'no such name').next).toContain('network policy');
  expect(read(0, 'ECONNREFUSED', '').next).not.toContain('network policy');
});

it('tells how long to wait where the cluster says it', () => {
  expect(read(429, 'TooManyRequests', '', 7100).next).toBe('Try again in 8 s.');
  expect(read(429, 'TooManyRequests', '').next).toBe('Try again in a moment.');
});

it('leaves problems as they are, and does not blame the cluster for a fault of ours', () => {
  const problem = new ProblemError('in-use', { detail: 'a', next: 'b' });
  expect(clusterProblem(problem, { what: '' })).toBe(problem);
  expect(problemSlug(clusterProblem(new TypeError('x'), { what: '' }).problem.type)).toBe('internal');
});
