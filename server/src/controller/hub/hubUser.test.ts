import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { ClusterPod } from '../clusterObjects';
import { claimObject, podObject } from '../testing/clusterSamples';
import { hubServerOf, type HubServer } from './hubUser';

const USER = 'hub.jupyter.org/username';

function found(user: string | null, labels: { pod: string; claim: string }, server?: string): HubServer | null {
  const annotations = {
    ...(user === null ? {} : { [USER]: user }),
    ...(server === undefined ? {} : { 'hub.jupyter.org/servername': server })
  };
  const times = { uid: 'uid', creationTimestamp: '2026-11-22T10:00:00Z', resourceVersion: '1' };
  const of = (name: string, label: string): object => ({ ...times, name, annotations, labels: { [USER]: label } });
  const pod = ClusterPod.parse({ ...podObject('jupyter-ann', 'claim-ann'), metadata: of('jupyter-ann', labels.pod) });
  const claim = PersistentVolumeClaim.parse({ ...claimObject('claim-ann'), metadata: of('claim-ann', labels.claim) });
  return hubServerOf(pod, claim);
}

// As KubeSpawner 7.1 and, the last, KubeSpawner 6 make them.
it.each([
  ['ann', 'ann', 'ann'],
  ['Ann', 'Ann', '-41nn'],
  ['ann.lee', 'ann.lee', 'ann-2elee'],
  ['user@email.com', 'user-email-com---0925f997', 'user-40email-2ecom'],
  ['a--b', 'a-b---90827a2e', 'a-2d-2db'],
  ['Überlänge von allen', 'berl-nge-von-allen---1daffef2', '-c3-9cberl-c3-a4nge-20von-20allen'],
  ['7 samurai', 'x-7-samurai---fdfc457f', '7-20samurai'],
  ['an-extremely-long-name-that-goes-on@example.org', 'an-extremely-long-nam---34ae5d97', ''],
  ['ann-', 'ann---209dc672', 'ann-2d'],
  ['日本', 'x---cf2abf0c', '-e6-97-a5-e6-9c-ac'],
  ['x'.repeat(64), 'xxxxxxxxxxxxxxxxxxxxx---7ce10097', '']
])('believes that it is %s’s where the labels say %s or %s', (user, label, old) => {
  expect(found(user, { pod: label, claim: label })).toEqual({ user, server: '' });
  if (old !== '') {
    expect(found(user, { pod: label, claim: old }, 'gpu')).toEqual({ user, server: 'gpu' });
  }
});

it.each([
  ['another’s label on the pod', 'bob', { pod: 'ann', claim: 'ann' }],
  ['another’s label on the claim', 'bob', { pod: 'bob', claim: 'ann' }],
  ['no label on the claim', 'ann', { pod: 'ann', claim: '' }],
  ['no label on the pod', 'ann', { pod: '', claim: 'ann' }],
  ['no annotation', null, { pod: 'ann', claim: 'ann' }],
  ['no annotation and no label', null, { pod: '', claim: '' }],
  ['an empty annotation', '', { pod: '', claim: '' }],
  [
    'the label of another name',
    'user@email.com',
    { pod: 'user-email-com---00000000', claim: 'user-email-com---00000000' }
  ],
  ['a name that is the label of another', 'a-b---90827a2e', { pod: 'a-b---90827a2e', claim: 'a-b---90827a2e' }]
])('believes nothing by %s', (_, user, labels) => {
  expect(found(user, labels)).toBeNull();
});
