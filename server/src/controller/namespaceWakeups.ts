/**
 * What happens in the cluster wakes the restores that it concerns: pods, claims, snapshots and Jobs of namespaces with a
 * restore under way or a plan that something blocks, and the PersistentVolumes. Nothing is watched where there is neither.
 */
import { z } from 'zod';
import type { KubernetesApi, Watch } from '../providers/kubernetes/client/kubernetesApi';
import { labels } from '../providers/kubernetes/names';
import { ObjectMetadata, paths, VolumeSnapshot } from '../providers/kubernetes/resources';
import { PersistentVolumeClaim } from '../providers/kubernetes/volumes/claimResource';
import { COUNT_CHANGES } from '../providers/kubernetes/volumeRestore';
import { claimsOf, clusterPaths, ClusterPod, ClusterVolume } from './clusterObjects';
import type { FollowedRestore } from './followedRestore';
import { isCloneOf } from './plan/planScene';
import { restoreMark } from './restoreMark';
import { isAtLeast, isFinal } from './restoreProgress';

/** After the end it is looked at when it is time; only what follows at once is watched for. */
const SETTLING_MS = 5 * 60_000;

const Marked = z.object({ metadata: ObjectMetadata });

export interface WakeupsOptions {
  readonly api: KubernetesApi;
  readonly clock: () => Date;
  readonly restores: () => Iterable<FollowedRestore>;
  readonly wake: (restore: FollowedRestore) => void;
}

/** Whether something outside the object can bring it on. */
const isActive = ({ metadata, status, isBlocked }: FollowedRestore, now: Date): boolean =>
  isFinal(status.phase)
    ? status.pending.length > 0 && now.getTime() - Date.parse(status.finishedAt ?? '') < SETTLING_MS
    : isAtLeast(status.phase, 'Preparing') || isBlocked || COUNT_CHANGES in metadata.annotations;

export class NamespaceWakeups {
  readonly #options: WakeupsOptions;
  readonly #byNamespace = new Map<string, readonly Watch[]>();
  #volumes: Watch | null = null;

  constructor(options: WakeupsOptions) {
    this.#options = options;
  }

  #active(): FollowedRestore[] {
    const now = this.#options.clock();
    return [...this.#options.restores()].filter(restore => isActive(restore, now));
  }

  /** Watches where something is under way now, and nowhere else. */
  follow(): void {
    const active = new Set(this.#active().map(({ metadata }) => metadata.namespace));
    for (const namespace of active) {
      if (!this.#byNamespace.has(namespace)) {
        this.#byNamespace.set(namespace, this.#watch(namespace));
      }
    }
    for (const [namespace, watches] of this.#byNamespace) {
      if (!active.has(namespace)) {
        this.#byNamespace.delete(namespace);
        watches.forEach(watch => void watch.stop());
      }
    }
    if (active.size > 0) {
      this.#volumes ??= this.#watchVolumes();
    } else {
      void this.#volumes?.stop();
      this.#volumes = null;
    }
  }

  async stop(): Promise<void> {
    const watches = [...this.#byNamespace.values()].flat();
    this.#byNamespace.clear();
    await Promise.all([...watches, ...(this.#volumes === null ? [] : [this.#volumes])].map(watch => watch.stop()));
    this.#volumes = null;
  }

  #watch(namespace: string): Watch[] {
    const mine = ({ metadata }: FollowedRestore): boolean => metadata.namespace === namespace;
    return [
      this.#one(
        paths.pods(namespace),
        ClusterPod,
        pod => restore =>
          mine(restore) &&
          (isMarked(pod, restore) ||
            (isUsing(restore) && claimsOf(pod).some(claim => claimNames(restore).includes(claim))))
      ),
      this.#one(
        paths.claims(namespace),
        PersistentVolumeClaim,
        claim => restore =>
          mine(restore) &&
          (isMarked(claim, restore) ||
            (isUsing(restore) &&
              (claimNames(restore).includes(claim.metadata.name) || isCloneOf(claim, restore.spec.claimName))))
      ),
      this.#one(clusterPaths.quotas(namespace), Marked, () => restore => mine(restore) && restore.isBlocked),
      this.#one(
        paths.snapshots(namespace),
        VolumeSnapshot,
        ({ metadata, spec }) =>
          restore =>
            mine(restore) &&
            isUsing(restore) &&
            (spec.source.persistentVolumeClaimName === restore.spec.claimName ||
              [restore.spec.snapshotName, restore.status.safetySnapshot?.name].includes(metadata.name))
      ),
      this.#one(
        `/apis/batch/v1/namespaces/${namespace}/jobs`,
        Marked,
        job => restore => mine(restore) && isMarked(job, restore)
      )
    ];
  }

  #watchVolumes(): Watch {
    return this.#one(clusterPaths.volumes, ClusterVolume, ({ metadata, spec }) => restore => {
      const { oldVolume, newVolume, temporaryClaim } = restore.status;
      const { namespace = '', name = '' } = spec.claimRef ?? {};
      const names = isUsing(restore) ? claimNames(restore) : [temporaryClaim?.name];
      return (
        metadata.name === oldVolume?.name ||
        (isUsing(restore) && metadata.name === newVolume?.name) ||
        (namespace === restore.metadata.namespace && names.includes(name))
      );
    });
  }

  /** A watch that wakes those whom an item concerns; what is there at the start is no news. */
  #one<T>(path: string, item: z.ZodType<T>, concerns: (item: T) => (restore: FollowedRestore) => boolean): Watch {
    const tell = (changed: T): void => {
      const isConcerned = concerns(changed);
      this.#active().filter(isConcerned).forEach(this.#options.wake);
    };
    return this.#options.api.watch({
      path,
      item,
      // Also what changed before this list, while nobody watched.
      replaced: () => this.#active().forEach(this.#options.wake),
      upserted: tell,
      deleted: tell,
      health: () => undefined
    });
  }
}

/** What others do with the claim is no concern of a restore that is over: pods of the server that is back, new snapshots. */
const isUsing = ({ status }: FollowedRestore): boolean => !isFinal(status.phase);

const claimNames = ({ spec, status }: FollowedRestore): string[] => [
  spec.claimName,
  ...(status.temporaryClaim ? [status.temporaryClaim.name] : [])
];

const isMarked = ({ metadata }: z.infer<typeof Marked>, restore: FollowedRestore): boolean =>
  metadata.labels[labels.restore] === restoreMark(restore);
