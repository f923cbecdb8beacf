/**
 * What the controller asks a cluster about its callers, answered at once from memory: user number n has the token `token-n`
 * in a pod that mounts a claim of its own, whose volume is the destination of mirror n.
 */
import { z } from 'zod';
import {
  KubernetesError,
  type ApiList,
  type ApiRequest,
  type KubernetesApi,
  type ListRequest
} from '../../server/src/providers/kubernetes/client/kubernetesApi';
import { DESTINATION_ANNOTATION } from '../../server/src/controller/ingest/claimDestinations';
import { destinationOf } from './mirrorNames';

const NAMESPACE = 'hub';
const MADE = { namespace: NAMESPACE, creationTimestamp: '2026-01-01T00:00:00Z', resourceVersion: '1' };
const AskedToken = z.object({ spec: z.object({ token: z.string(), audiences: z.array(z.string()) }) });

export class ClusterInMemory implements KubernetesApi {
  readonly server = 'memory';
  readonly namespace = 'datamark';
  /** Calls so far. */
  calls = 0;

  now(): Date {
    return new Date();
  }

  request<T>({ path, body, schema }: ApiRequest<T>): Promise<T> {
    this.calls += 1;
    if (path.includes('/configmaps/')) {
      return Promise.reject(new KubernetesError(404, 'NotFound', 'Nothing was stored yet.'));
    }
    return Promise.resolve(schema.parse(answerTo(path, body)));
  }

  list<T>(_: ListRequest<T>): Promise<ApiList<T>> {
    this.calls += 1;
    return Promise.resolve({ items: [], resourceVersion: '1' });
  }

  watch(): never {
    throw new Error('nothing is watched');
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

function answerTo(path: string, body: unknown): object {
  if (path.endsWith('/tokenreviews')) {
    return reviewOf(AskedToken.parse(body).spec);
  }
  if (path.endsWith('/subjectaccessreviews')) {
    return { status: { allowed: true } };
  }
  const [, kind, number] = /\/(pods|persistentvolumeclaims|persistentvolumes)\/[a-z]+-(\d+)$/.exec(path) ?? [];
  if (kind === undefined || number === undefined) {
    throw new Error(`nobody asks for ${path}`);
  }
  return objectOf(kind, Number(number));
}

function reviewOf({ token, audiences }: z.infer<typeof AskedToken>['spec']): object {
  const number = token.replace('token-', '');
  const pod = 'authentication.kubernetes.io/pod';
  const extra = { [`${pod}-name`]: [`pod-${number}`], [`${pod}-uid`]: [`pod-uid-${number}`] };
  const user = { username: `system:serviceaccount:${NAMESPACE}:default`, uid: 'account', groups: [], extra };
  return { status: { authenticated: true, audiences, user } };
}

function objectOf(kind: string, number: number): object {
  const [claim, uid] = [`claim-${number}`, `claim-uid-${number}`];
  if (kind === 'pods') {
    return {
      metadata: { ...MADE, name: `pod-${number}`, uid: `pod-uid-${number}` },
      spec: {
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
        containers: [{ name: 'main', volumeMounts: [{ name: 'data' }] }]
      },
      status: { phase: 'Running' }
    };
  }
  if (kind === 'persistentvolumeclaims') {
    return { metadata: { ...MADE, name: claim, uid }, spec: { volumeName: `pv-${number}` } };
  }
  const annotations = { [DESTINATION_ANNOTATION]: destinationOf(number) };
  return {
    metadata: { ...MADE, name: `pv-${number}`, uid: `pv-uid-${number}`, annotations },
    spec: { claimRef: { uid } }
  };
}
