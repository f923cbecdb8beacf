// What a restore may not leave: its own objects, volumes of nobody, marks on the claim, a closed gate.
import { RESTORE_API_VERSION } from '../../../server/src/providers/kubernetes/volumeRestore';
import { Refused } from '../account';
import { at, type KubernetesObject } from '../kubernetesObject';
import { claim } from '../manifests';
import type { RestoreScene } from '../restoreScene';
import { pod } from '../testPod';
import type { Flight } from './flights';
import { KEEPING_CLASS } from './foreignClaims';

const LOCK = 'datamark.github.io/restore-lock';
/** Of a volume that is kept for now: what its policy was before. */
const POLICY = 'datamark.github.io/original-reclaim-policy';
const UNDER_WAY = 'datamark.github.io/under-way';
const CLAIM = 'PersistentVolumeClaim';
const KIND = `${RESTORE_API_VERSION}:VolumeRestore`;

/** In words, by restore; empty where all is in order. What Kubernetes removes by and by is there for some time. */
export async function leftBehind(
  scene: RestoreScene,
  flights: readonly Flight[]
): Promise<{ flight: Flight; what: string }[]> {
  const { namespace, cluster } = scene;
  const [claims, pods, jobs, volumes, restores] = await Promise.all([
    namespace.list(CLAIM),
    namespace.list('Pod'),
    namespace.list('batch/v1:Job'),
    cluster.admin.list('PersistentVolume'),
    namespace.list(KIND)
  ]);
  const names = [...new Set(flights.map(flight => flight.claim))];
  const open = new Map(await Promise.all(names.map(async name => [name, await isOpen(scene, name)] as const)));
  const found: { flight: Flight; what: string }[] = [];
  for (const flight of flights) {
    const restore = restores.find(({ metadata }) => metadata.name === flight.name);
    const own = claims.find(({ metadata }) => metadata.name === flight.claim);
    const tell = (what: string) => found.push({ flight, what });
    Object.entries({ claim: claims, pod: pods, Job: jobs }).forEach(([kind, objects]) =>
      objects.filter(one => isMadeFor(one, restore)).forEach(one => tell(named(kind, one)))
    );
    volumes.filter(one => isOfNobody(one, namespace.name, flight)).forEach(one => tell(named('volume', one)));
    const present = volumes.find(({ metadata }) => metadata.name === at(own, 'spec', 'volumeName'));
    if (present?.metadata.annotations?.[POLICY] !== undefined) {
      tell(`volume ${present.metadata.name} without its own reclaim policy`);
    }
    if (own?.metadata.annotations?.[LOCK] !== undefined) {
      tell('the lock on its claim');
    }
    if (restore?.metadata.finalizers?.includes(UNDER_WAY) === true) {
      tell('the finalizer on its VolumeRestore');
    }
    if (open.get(flight.claim) !== true) {
      tell('a closed gate');
    }
  }
  return found;
}

/** Items of a list do not say what they are. */
const named = (kind: string, { metadata }: KubernetesObject): string => `${kind} ${metadata.name}`;

/** By the label alone: the restored claim itself has the annotation. */
const isMadeFor = ({ metadata }: KubernetesObject, restore: KubernetesObject | undefined): boolean =>
  metadata.labels?.['datamark.github.io/restore'] === restore?.metadata.uid?.slice(0, 8);

/**
 * Of this claim, or one that was made for its restores; bound to none, and kept for no undo. What the storage makes for a
 * claim of somebody else, while that gets the reserved volume, is empty, and its class keeps it: no restore has made it.
 */
function isOfNobody(volume: KubernetesObject, namespace: string, { claim: name }: Flight): boolean {
  const of = at(volume, 'spec', 'claimRef', 'name');
  const isOurs = at(volume, 'spec', 'claimRef', 'namespace') === namespace;
  const isNamed = of === name || String(of).startsWith(`${name}.`);
  const isSpare = at(volume, 'spec', 'storageClassName') === KEEPING_CLASS;
  const kept = volume.metadata.annotations?.['datamark.github.io/undo-until'] !== undefined;
  return isOurs && isNamed && !isSpare && !kept && at(volume, 'status', 'phase') !== 'Bound';
}

/** Whether a server may start, and a claim of any size may be made; nothing is made for it. */
async function isOpen({ namespace, cluster }: RestoreScene, name: string): Promise<boolean> {
  const server = pod(cluster.image, `jupyter-${name}-gate`, { claims: { '/home/jovyan': name } });
  const larger = claim(name, { size: '2Gi' });
  const here = (object: KubernetesObject) => ({
    ...object,
    metadata: { ...object.metadata, namespace: namespace.name }
  });
  try {
    await cluster.admin.create(here(server), 'dryRun=All');
    await cluster.admin.create(here(larger), 'dryRun=All');
    return true;
  } catch (error) {
    if (error instanceof Refused) {
      return error.reason === 'AlreadyExists';
    }
    throw error;
  }
}
