/**
 * The Kubernetes provider: PersistentVolumeClaims, VolumeSnapshots and clones, as the account of this pod sees them.
 * This file only puts its parts together; it keeps nothing that a kill would lose.
 */
import type {
  Capabilities,
  Capability,
  CheckFinding,
  Clone,
  CreateClone,
  CreateSnapshot,
  DeletePlan,
  Freshness,
  Notice,
  Operation,
  Platform,
  Problem,
  Restore,
  Snapshot,
  UpdateSnapshot,
  Volume
} from '../../../../contract';
import type { Log } from '../../log';
import { ObservedIndex } from '../../observed/observedIndex';
import type { PlatformAdapter } from '../../platforms/platformAdapter';
import { ProblemError } from '../../problemError';
import type { CloneFrom, Intent, Provider } from '../provider';
import type { AccountRights, Action } from './accountRights';
import type { KubernetesApi, KubernetesError } from './client/kubernetesApi';
import { NO_NAMESPACE } from './client/unknownNamespace';
import { ClusterClones } from './clones/clusterClones';
import { ObservedClones } from './clones/observedClones';
import { clusterFreshness } from './clusterFreshness';
import { clusterProblem } from './clusterProblem';
import type { FeedHealth } from './objectFeed';
import { ObservedOperations } from './observedOperations';
import { NO_RESTORE, ObservedVolumes } from './observedVolumes';
import { Refreshing } from './refreshing';
import type { KubernetesServices } from './services';
import { ClusterSnapshots } from './snapshots/clusterSnapshots';
import { ObservedSnapshots } from './snapshots/observedSnapshots';
import type { StorageClasses } from './storageClasses';
import type { Claims } from './volumes/claims';

/** What the check is asked for beside rights. */
export interface Check extends AccountRights {
  /** Looks unless that was done lately. Never rejects. */
  look(): Promise<void>;
  /** Why the last look did not reach the API server; null: it did, or there was none. */
  unreached(): KubernetesError | null;
  check(): Promise<CheckFinding[]>;
  /** From now on the claims that are listed are all there are. */
  claimsKnown(): void;
  /** What the last look found; null: there was none. */
  lastFindings(): CheckFinding[] | null;
  stop(): Promise<void>;
}

export interface KubernetesProviderOptions {
  readonly api: KubernetesApi;
  /** Of the pod and its claims; `NO_NAMESPACE` where nothing tells it. */
  readonly namespace: string;
  /** See KubernetesServices. */
  readonly snapshotClass: string | null;
  readonly user: string | null;
  readonly platform: PlatformAdapter;
  readonly claims: Claims;
  readonly classes: StorageClasses;
  readonly check: Check;
  readonly log: Log;
}

/** Volumes of a cluster. */
export class KubernetesProvider implements Provider {
  readonly kind = 'kubernetes';
  readonly label: string;
  readonly user: string | null;
  readonly index = new ObservedIndex();

  private readonly operations: ObservedOperations;
  private readonly volumes: ObservedVolumes;
  private readonly observedSnapshots: ObservedSnapshots;
  private readonly observedClones: ObservedClones;
  private readonly snapshots: ClusterSnapshots;
  private readonly clones: ClusterClones;
  private readonly refreshing: Refreshing;
  private readonly listeners = new Set<() => void>();
  private readonly subscriptions: (() => void)[] = [];
  private readonly background = new Set<Promise<void>>();
  /** What is so of all that was not read yet, while the start goes on in the background. */
  private unread: FeedHealth | null = null;
  private stopped = false;

  constructor(private readonly options: KubernetesProviderOptions) {
    const { api, namespace, snapshotClass, user, claims, classes, check, log } = options;
    const { index } = this;
    this.user = user;
    this.label =
      namespace === NO_NAMESPACE ? `unknown namespace on ${api.server}` : `namespace ${namespace} on ${api.server}`;
    const ownerLabel = (): string | null => claims.ownerLabel();
    const services: KubernetesServices = {
      ...{ api, namespace, snapshotClass, log, index, claims, classes, user, ownerLabel },
      rights: check
    };
    this.operations = new ObservedOperations(index, ({ kind }) =>
      kind === 'snapshot' ? this.snapshots.cancellable() : this.clones.cancellable()
    );
    const healthChanged = (): void => this.show();
    this.observedSnapshots = new ObservedSnapshots({
      services,
      operations: this.operations,
      changed: () => this.snapshotsChanged(),
      healthChanged
    });
    this.observedClones = new ObservedClones({
      services,
      operations: this.operations,
      changed: () => this.refreshing.hurry(),
      healthChanged
    });
    this.snapshots = new ClusterSnapshots(services, this.observedSnapshots);
    this.clones = new ClusterClones(services, this.observedSnapshots, this.observedClones);
    this.volumes = new ObservedVolumes({
      services,
      unreachable: () => this.unreachable(),
      elsewhere: () => this.observedSnapshots.elsewhere
    });
    this.refreshing = new Refreshing({
      needed: () =>
        !this.observedSnapshots.watched || !this.observedClones.watched || this.observedSnapshots.hasLeaving,
      busy: () => this.isBusy(),
      refresh: () => this.refresh()
    });
  }

  /**
   * Resolves when all was read once, or as soon as the first look tells that nothing can be: then `freshness` says so,
   * and it is tried on. What follows that look would only wait for one time-out after the other.
   */
  async start(): Promise<void> {
    const { check } = this.options;
    const reading = this.readAll();
    this.run(reading);
    await check.look();
    const error = check.unreached();
    if (error === null) {
      await reading;
      return;
    }
    this.unread = { state: 'broken', error, since: new Date(), asOf: null, retryAt: null };
    this.show();
    this.run(
      reading.finally(() => {
        this.unread = null;
        this.show();
      })
    );
  }

  private async readAll(): Promise<void> {
    const { check, claims, classes, log, namespace } = this.options;
    this.subscriptions.push(
      check.onChange(() => this.rightsChanged()),
      classes.onChange(() => this.show())
    );
    await Promise.all([check.look(), claims.start()]);
    if (this.stopped) {
      return;
    }
    // Not before: each claim that comes to be known would begin to follow its snapshots anew.
    this.subscriptions.push(claims.onChange(() => this.run(this.follow())));
    check.claimsKnown();
    // Once the claims are known, it can be found out whether they are kept apart from others'.
    await Promise.all([check.look(), classes.refresh(), this.follow()]);
    log.info({ namespace, volumes: claims.list().map(({ claim }) => claim) }, 'kubernetes provider started');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.subscriptions.forEach(unsubscribe => unsubscribe());
    this.refreshing.stop();
    this.operations.dispose();
    const { check, claims, api } = this.options;
    await Promise.all([check.stop(), claims.stop(), this.observedSnapshots.stop(), this.observedClones.stop()]);
    await Promise.all(this.background);
    await api.dispose();
  }

  platform(): Platform {
    return this.options.platform.describe();
  }

  capabilities(): Capabilities {
    const can = this.index.all('volume').map(volume => volume.can);
    const none: Capability = this.unreachable() ?? {
      available: false,
      reason: 'No volume of this server was found.',
      fix: 'Open the check report to see why.'
    };
    const any = (pick: (one: Volume['can']) => Capability): Capability =>
      can.map(pick).find(one => one.available) ?? can.map(pick)[0] ?? none;
    return {
      snapshot: any(one => one.snapshot),
      clone: any(one => one.clone),
      restore: NO_RESTORE,
      delete: this.general('delete'),
      hold: this.general('hold')
    };
  }

  notices(): Notice[] {
    const notices = this.options.claims.notices();
    const { health, watched } = this.observedSnapshots;
    if (health.state === 'current' && !watched) {
      notices.push({
        code: 'no-watch',
        message:
          'This account may not watch snapshots: they are looked at again every 2 to 30 seconds while the panel is visible.',
        fix: 'Ask an admin for the right to watch volumesnapshots.',
        object: null
      });
    }
    return notices;
  }

  async check(): Promise<CheckFinding[]> {
    const { check, claims } = this.options;
    // Side by side: where the API server does not answer, each waits for its own time-out.
    const [found] = await Promise.all([check.check(), claims.refresh()]);
    return check.lastFindings() ?? found;
  }

  lastFindings(): CheckFinding[] | null {
    return this.options.check.lastFindings();
  }

  freshness(): Freshness {
    const healths = [this.observedSnapshots.health, this.observedClones.health];
    return clusterFreshness(
      healths.map(health => (health.state === 'starting' ? (this.unread ?? health) : health)),
      this.options.api.server
    );
  }

  /** Why snapshots can't be told although the cluster answers; null: they can. */
  snapshotsRefused(): Problem | null {
    const { health } = this.observedSnapshots;
    return health.state === 'broken' && health.error.status === 403
      ? clusterProblem(health.error, { what: 'You may not see snapshots.' }).problem
      : null;
  }

  onStatusChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async refresh(): Promise<void> {
    const { check, claims, classes } = this.options;
    await Promise.all([
      check.look(),
      claims.refresh(),
      classes.refresh(),
      this.observedSnapshots.refresh(),
      this.observedClones.refresh()
    ]);
  }

  followers(count: number): void {
    this.refreshing.follow(count);
  }

  async lookElsewhere(volume: string): Promise<Volume> {
    this.run(this.observedSnapshots.lookElsewhere());
    const known = this.index.get('volume', volume);
    if (known === undefined) {
      throw new ProblemError('volume-not-found', {
        detail: `There is no volume ${volume}.`,
        next: 'Look at the list of volumes.',
        object: volume
      });
    }
    return known;
  }

  async createSnapshot(volume: string, request: CreateSnapshot, intent: Intent): Promise<Snapshot> {
    this.assertReachable('The snapshot was not made.');
    return this.snapshots.create(volume, request, intent);
  }

  updateSnapshot(name: string, change: UpdateSnapshot): Promise<Snapshot> {
    return this.snapshots.update(name, change);
  }

  retrySnapshot(name: string): Promise<Snapshot> {
    return this.snapshots.retry(name);
  }

  planSnapshotDelete(name: string): Promise<DeletePlan> {
    return this.snapshots.planDelete(name);
  }

  deleteSnapshot(name: string, uid: string): Promise<Snapshot> {
    return this.snapshots.delete(name, uid);
  }

  async createClone(from: CloneFrom, request: CreateClone, intent: Intent): Promise<Clone> {
    this.assertReachable('The clone was not made.');
    return this.clones.create(from, request, intent);
  }

  planCloneDelete(id: string): Promise<DeletePlan> {
    return this.clones.planDelete(id);
  }

  deleteClone(id: string, uid: string): Promise<Clone> {
    return this.clones.delete(id, uid);
  }

  planRestore(snapshot: string): Promise<Restore> {
    return Promise.reject(noRestore(snapshot));
  }

  approveRestore(id: string): Promise<Restore> {
    return Promise.reject(noRestore(id));
  }

  undoRestore(id: string): Promise<Restore> {
    return Promise.reject(noRestore(id));
  }

  async cancelOperation(id: string): Promise<Operation> {
    const operation = this.index.get('operation', id);
    if (operation === undefined) {
      throw new ProblemError('operation-not-found', {
        detail: `There is no operation ${id}.`,
        next: 'Look at the list again; it may be over.',
        object: id
      });
    }
    const { cancel, object } = operation;
    if (!cancel.available) {
      throw new ProblemError('not-cancellable', {
        detail: `${object.label} can’t be cancelled. ${cancel.reason}`,
        next: cancel.fix,
        object: id
      });
    }
    await (object.kind === 'snapshot' ? this.snapshots.cancel(object.name) : this.clones.cancel(object.name));
    return this.index.get('operation', id) ?? { ...operation, state: 'cancelling' };
  }

  private async follow(): Promise<void> {
    this.volumes.show();
    await Promise.all([this.observedSnapshots.follow(), this.observedClones.follow()]);
    this.show();
  }

  private snapshotsChanged(): void {
    this.observedClones.showAll();
    this.volumes.show();
    this.refreshing.hurry();
  }

  private rightsChanged(): void {
    this.observedSnapshots.rightsChanged();
    this.observedClones.rightsChanged();
    this.show();
    this.run(this.refresh());
  }

  private show(): void {
    this.volumes.show();
    this.observedClones.showAll();
    this.listeners.forEach(listener => listener());
  }

  private general(action: Action): Capability {
    const found = this.unreachable() ?? this.options.check.obstacle(action, null);
    return found === null ? { available: true } : { available: false, reason: found.reason, fix: found.fix };
  }

  private unreachable(): Extract<Capability, { available: false }> | null {
    const freshness = this.freshness();
    return freshness.current
      ? null
      : { available: false, reason: freshness.problem.detail, fix: freshness.problem.next };
  }

  private assertReachable(what: string): void {
    const freshness = this.freshness();
    if (!freshness.current) {
      const { problem } = freshness;
      throw ProblemError.of({ ...problem, detail: `${what} ${problem.detail}` });
    }
  }

  private isBusy(): boolean {
    const made = [...this.index.all('snapshot'), ...this.index.all('clone')];
    return made.some(
      ({ state }) => state.phase === 'deleting' || (state.phase === 'pending' && state.awaitsUse !== true)
    );
  }

  /** What nobody waits for; it never rejects, and `stop` waits for it. */
  private run(task: Promise<void>): void {
    const watched = task.catch((error: unknown) => this.options.log.error({ err: error }, 'observing failed'));
    this.background.add(watched);
    void watched.then(() => this.background.delete(watched));
  }
}

const noRestore = (object: string): ProblemError =>
  new ProblemError('not-supported', { detail: NO_RESTORE.reason, next: NO_RESTORE.fix, object });
