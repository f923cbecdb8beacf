// Tokens as pods have them: the API server knows the pod by its token, and forgets it with the pod.
import { at } from '../support/kubernetesObject';
import { roleFor, serviceAccount } from '../support/manifests';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { TestPod } from '../support/testPod';
import { waitUntil } from '../support/waitUntil';

let cluster: TestCluster;
let namespace: TestNamespace;

beforeAll(async () => {
  cluster = await TestCluster.open();
  namespace = await cluster.namespace('token');
  const rules = [{ groups: [''], resources: ['persistentvolumeclaims'], verbs: ['list'] }];
  await namespace.create(serviceAccount('user'), ...roleFor('user', namespace.name, 'user', rules));
});

afterAll(async () => {
  await namespace.remove();
  cluster.close();
});

test('a token bound to a pod tells the API server the pod', async () => {
  await TestPod.start(namespace, 'owner', { serviceAccount: 'user' });
  const user = namespace.as(await namespace.token('user', { pod: 'owner' }));

  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} };
  const who = await user.account.create(review);

  expect(at(who, 'status', 'userInfo', 'extra', 'authentication.kubernetes.io/pod-name')).toEqual(['owner']);
});

test('it may do what its role says, and nothing else', async () => {
  const user = namespace.as(await namespace.token('user'));

  expect(await user.list('PersistentVolumeClaim')).toEqual([]);
  await expect(user.list('Pod')).rejects.toMatchObject({ status: 403, reason: 'Forbidden' });
});

test('it ends with its pod', async () => {
  const pod = await TestPod.start(namespace, 'gone', { serviceAccount: 'user' });
  const user = namespace.as(await namespace.token('user', { pod: 'gone' }));
  expect(await user.list('PersistentVolumeClaim')).toEqual([]);

  await pod.stop();

  const refused = async () => (await user.account.send('GET', '/version')).status === 401;
  // The API server keeps what it knows of a token for ten seconds.
  await waitUntil('the token to be refused', refused, { seconds: 30 });
});
