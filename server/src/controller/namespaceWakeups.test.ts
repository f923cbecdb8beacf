/** Who is woken by what: a look costs calls to the API server. */
import type { KubernetesApi, Watch, WatchRequest } from '../providers/kubernetes/client/kubernetesApi';
import { paths } from '../providers/kubernetes/resources';
import { VolumeRestore, type RestorePhase } from '../providers/kubernetes/volumeRestore';
import { followed } from './followedRestore';
import { NamespaceWakeups } from './namespaceWakeups';
import { podObject, snapshotObjects, volumeObject } from './testing/clusterSamples';

const NAMESPACE = 'hub';
const CLAIM = 'claim-ann';
const VOLUMES = '/api/v1/persistentvolumes';

/** What a restore in this phase is woken by, of a pod that mounts its claim, a snapshot of that and its old volume. */
function wokenBy(phase: RestorePhase): string[] {
  const watches = new Map<string, (object: unknown) => void>();
  const watch = <T>({ path, item, upserted }: WatchRequest<T>): Watch => {
    watches.set(path, object => upserted(item.parse(object)));
    return { listed: Promise.resolve(), stop: () => Promise.resolve() };
  };
  const oldVolume = {
    name: 'pv-old',
    uid: '1',
    handle: 'old',
    driver: 'cow',
    formerHandles: [],
    reclaimPolicy: 'Delete'
  };
  const restore = VolumeRestore.parse({
    metadata: { name: 'back', namespace: NAMESPACE, uid: 'a', resourceVersion: '1', creationTimestamp: '' },
    spec: { claimName: CLAIM, snapshotName: 'before' },
    status: { phase, pending: ['left'], finishedAt: new Date().toISOString(), strategy: 'swap', oldVolume }
  });
  let woken = 0;
  const wakeups = new NamespaceWakeups({
    api: { watch } as unknown as KubernetesApi,
    clock: () => new Date(),
    restores: () => [followed(restore)],
    wake: () => woken++
  });
  wakeups.follow();
  const { snapshot } = snapshotObjects('later', CLAIM, {});
  const objects = {
    pod: [paths.pods(NAMESPACE), podObject('jupyter-ann', CLAIM)],
    snapshot: [paths.snapshots(NAMESPACE), snapshot],
    volume: [VOLUMES, volumeObject('pv-old', { claim: CLAIM, uid: '2', handle: 'old' })]
  } as const;
  return Object.entries(objects).flatMap(([kind, [path, { metadata, ...object }]]) => {
    const before = woken;
    const identity = { namespace: NAMESPACE, uid: kind, resourceVersion: '1', creationTimestamp: '' };
    watches.get(path)?.({ ...object, metadata: { ...identity, ...metadata } });
    return woken > before ? [kind] : [];
  });
}

it('looks at a restore under way when anything of its claim changes', () => {
  expect(wokenBy('WaitingForRelease')).toEqual(['pod', 'snapshot', 'volume']);
});

it('looks at one that is over when its volumes change, not when its claim is used again', () => {
  expect(wokenBy('Succeeded')).toEqual(['volume']);
});
