/**
 * The controller: observes VolumeRestores, looks at each when it or what concerns it has changed, and stops in peace.
 * Without the definition of VolumeRestore it waits for it, and says so.
 */
import type { KubernetesApi, Watch, WatchHealth } from '../providers/kubernetes/client/kubernetesApi';
import { compareVersions } from '../providers/kubernetes/resourceVersion';
import { ALL_RESTORES, restorePath, type VolumeRestore } from '../providers/kubernetes/volumeRestore';
import type { Log } from '../log';
import { ControllerMetrics } from './controllerMetrics';
import type { ControllerSettings } from './controllerSettings';
import {
  followed,
  isAtRest,
  keyOf,
  WatchedRestore,
  type FollowedRestore,
  type UnreadableRestore
} from './followedRestore';
import { findKeptVolumes } from './keptVolumes';
import { KnownRestores } from './knownRestores';
import { NamespaceWakeups } from './namespaceWakeups';
import { isForgotten } from './phases/forgetEnded';
import { Reconciler } from './reconciler';
import { isFinal } from './restoreProgress';
import { RestoreQueue } from './restoreQueue';
import type { Strategy } from './strategy';

/** Looks at the same time: each is a few calls, most of the time of a restore is waiting. */
const PARALLEL_LOOKS = 8;
/** Between two looks for restores whose time is over, ms; and how many of them are deleted at a time. */
const FORGET_MS = 10 * 60_000;
const FORGET_AT_ONCE = 500;

export interface RestoreControllerOptions {
  readonly api: KubernetesApi;
  readonly settings: ControllerSettings;
  readonly log: Log;
  readonly strategies: readonly Strategy[];
  readonly clock?: () => Date;
}

export class RestoreController {
  readonly metrics: ControllerMetrics;
  readonly #options: RestoreControllerOptions;
  readonly #clock: () => Date;
  readonly #stopping = new AbortController();
  readonly #restores = new KnownRestores();
  readonly #queue: RestoreQueue;
  readonly #reconciler: Reconciler;
  readonly #wakeups: NamespaceWakeups;
  #watches: Watch[] = [];
  #forgetting: NodeJS.Timeout | undefined;
  /** The look for kept volumes that is under way. */
  #finding: Promise<void> = Promise.resolve();
  /** Watches of VolumeRestores that are broken, with why. */
  readonly #broken = new Map<string, string>();

  constructor(options: RestoreControllerOptions) {
    this.#options = options;
    const { api } = options;
    this.#clock = options.clock ?? (() => api.now());
    this.metrics = new ControllerMetrics(this.#restores, this.#clock);
    this.#reconciler = new Reconciler({
      ...options,
      clock: this.#clock,
      metrics: this.metrics,
      signal: this.#stopping.signal,
      written: restore => this.#written(restore),
      lastDurationMs: restore => this.#restores.lastDurationMs(restore)
    });
    this.#queue = new RestoreQueue({ parallel: PARALLEL_LOOKS, look: key => this.#look(key) });
    this.#wakeups = new NamespaceWakeups({
      api,
      clock: this.#clock,
      restores: () => this.#restores.awake(),
      wake: restore => this.#queue.wake(keyOf(restore))
    });
  }

  start(): void {
    const { namespaces } = this.#options.settings;
    const watched = namespaces === null ? [ALL_RESTORES] : namespaces.map(restorePath);
    watched.forEach(path => this.#broken.set(path, 'VolumeRestores were not listed yet.'));
    this.#watches = watched.map(path => this.#watch(path));
    this.#forgetting = setInterval(() => this.#forgetEnded(), FORGET_MS);
  }

  /** Begins no further step; resolves when those under way have come to their end. */
  async stop(): Promise<void> {
    clearInterval(this.#forgetting);
    this.#stopping.abort();
    await Promise.all([...this.#watches.map(watch => watch.stop()), this.#wakeups.stop(), this.#queue.stop()]);
    await this.#finding;
  }

  #watch(path: string): Watch {
    return this.#options.api.watch({
      path,
      item: WatchedRestore,
      replaced: items => this.#replaced(path, items),
      upserted: restore => {
        this.#observed(restore);
        this.#wakeups.follow();
        if (restore.why === null && this.#isForgotten(restore)) {
          this.#queue.wake(keyOf(restore));
        }
      },
      deleted: restore => {
        this.#gone(keyOf(restore));
        this.#wakeups.follow();
      },
      health: health => this.#health(path, health)
    });
  }

  #replaced(path: string, items: readonly (FollowedRestore | UnreadableRestore)[]): void {
    const present = new Set(items.map(keyOf));
    const { namespaces } = this.#options.settings;
    const namespace = namespaces?.find(one => restorePath(one) === path) ?? null;
    this.#restores.keys(namespace).forEach(key => {
      if (!present.has(key)) {
        this.#gone(key);
      }
    });
    items.forEach(item => this.#observed(item));
    this.#wakeups.follow();
    this.#forgetEnded();
    this.#findKept();
  }

  /** Objects that are missing, as after a new installation. */
  #findKept(): void {
    const { api, log, settings } = this.#options;
    const { signal } = this.#stopping;
    const before = this.#finding;
    this.#finding = before
      .then(() => findKeptVolumes({ api, log, namespaces: settings.namespaces, signal }))
      .catch((error: unknown) => {
        if (!signal.aborted) {
          log.warn({ err: error }, 'kept volumes can’t be looked for');
        }
      });
  }

  #observed(restore: FollowedRestore | UnreadableRestore): void {
    const key = keyOf(restore);
    if (restore.why !== null) {
      this.#unreadable(key, restore);
      return;
    }
    // What a look has written comes back by the watch: it is known.
    if (!this.#isNews(restore)) {
      return;
    }
    this.#remember(restore);
    if (!isAtRest(restore)) {
      this.#queue.wake(key);
    }
  }

  /** It is left alone, and told once for each state of it. */
  #unreadable(key: string, restore: UnreadableRestore): void {
    const { why, metadata, isUnderWay } = restore;
    if (this.#restores.unreadableOf(key)?.metadata.resourceVersion !== metadata.resourceVersion) {
      const { log } = this.#options;
      const words = 'a VolumeRestore can’t be read and is left alone: it is of another version, or was edited by hand';
      log[isUnderWay ? 'error' : 'warn']({ restore: key, why, isUnderWay }, words);
    }
    this.#queue.forget(key);
    this.#restores.setUnreadable(restore);
  }

  /** Whether it is another state than the known one, or a later one. */
  #isNews({ metadata }: Pick<FollowedRestore, 'metadata'>): boolean {
    const known = this.#restores.get(keyOf({ metadata }))?.metadata;
    if (known === undefined || known.uid !== metadata.uid) {
      return true;
    }
    const order = compareVersions(known.resourceVersion, metadata.resourceVersion);
    return order === null || order < 0;
  }

  #remember(restore: FollowedRestore): void {
    const before = this.#restores.get(keyOf(restore));
    this.#restores.set(restore);
    if (before !== undefined && !isFinal(before.status.phase) && isFinal(restore.status.phase)) {
      this.#restores.awake().forEach(one => {
        if (one.isBlocked && one.metadata.namespace === restore.metadata.namespace) {
          this.#queue.wake(keyOf(one));
        }
      });
    }
  }

  #written(restore: VolumeRestore): void {
    if (this.#restores.get(keyOf(restore))?.metadata.uid === restore.metadata.uid && this.#isNews(restore)) {
      this.#remember(followed(restore));
    }
  }

  #gone(key: string): void {
    const known = this.#restores.get(key) ?? this.#restores.unreadableOf(key);
    this.#restores.delete(key);
    this.#queue.forget(key);
    if (known !== undefined) {
      this.#reconciler.forget(known.metadata);
    }
  }

  async #look(key: string): Promise<number | null> {
    const at = key.indexOf('/');
    const { againInMs, restore } = await this.#reconciler.look(key.slice(0, at), key.slice(at + 1));
    if (restore !== null) {
      this.#written(restore);
    }
    this.#wakeups.follow();
    return this.#stopping.signal.aborted ? null : againInMs;
  }

  /** Wakes those whose time is over. */
  #forgetEnded(): void {
    let woken = 0;
    for (const restore of this.#restores.all()) {
      if (woken < FORGET_AT_ONCE && this.#isForgotten(restore)) {
        this.#queue.wake(keyOf(restore));
        woken++;
      }
    }
  }

  #isForgotten(restore: FollowedRestore): boolean {
    return isAtRest(restore) && isForgotten(restore, this.#options.settings.historyDays, this.#clock());
  }

  #health(path: string, health: WatchHealth): void {
    const { log } = this.#options;
    const before = this.#broken.get(path);
    if (health.state === 'current') {
      this.#broken.delete(path);
    } else {
      const { status, message } = health.error;
      this.#broken.set(
        path,
        status === 404
          ? 'VolumeRestore is not installed in this cluster: kubectl apply -f deploy/crd/volumerestores.yaml'
          : `VolumeRestores can’t be observed: ${message}`
      );
    }
    const after = this.#broken.get(path);
    if (before !== after) {
      log[after === undefined ? 'info' : 'warn']({ path }, after ?? 'VolumeRestores are observed');
    }
    const [first = null] = this.#broken.values();
    this.metrics.watch = first;
  }
}
