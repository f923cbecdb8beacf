/**
 * The Kubernetes provider: PersistentVolumeClaims, VolumeSnapshots and clones, as the account of this pod sees them.
 * This file only puts its parts together: what is observed, what is said of it, and what is done.
 */
import type {
  Capabilities,
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
import type { MirrorSourceTrident } from '../../ingest/trident/mirrorSourceTrident';
import type { Log } from '../../log';
import { ObservedIndex } from '../../observed/observedIndex';
import type { PlatformAdapter } from '../../platforms/platformAdapter';
import { ProblemError } from '../../problemError';
import type { ClaimFacts, CloneFrom, Intent, Provider, RestoreWay, RunNoteChange } from '../provider';
import type { KubernetesApi } from './client/kubernetesApi';
import { NO_NAMESPACE } from './client/unknownNamespace';
import { ClusterClones } from './clones/clusterClones';
import type { ClusterCheck } from './clusterCheck';
import { ClusterObservation } from './clusterObservation';
import { ClusterStatus } from './clusterStatus';
import type { ObservedOperations } from './observedOperations';
import { ClusterRestores } from './restores/clusterRestores';
import type { Tried } from './makeOnce';
import type { KubernetesServices } from './services';
import { ClusterSnapshots } from './snapshots/clusterSnapshots';
import type { StorageClasses } from './storageClasses';
import { ShownSnapshots } from './visible/shownSnapshots';
import { VisibleChanges } from './visible/visibleChanges';
import { VisibleRestores } from './visible/visibleRestores';
import type { Claims } from './volumes/claims';

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
  readonly check: ClusterCheck;
  readonly log: Log;
}

/** Volumes of a cluster. */
export class KubernetesProvider implements Provider {
  readonly kind = 'kubernetes';
  readonly label: string;
  readonly user: string | null;
  readonly index = new ObservedIndex();

  private readonly services: KubernetesServices;
  private readonly observation: ClusterObservation;
  private readonly status: ClusterStatus;
  private readonly snapshots: ClusterSnapshots;
  private readonly clones: ClusterClones;
  private readonly restores: ClusterRestores;
  private readonly visible: VisibleRestores;
  private readonly changes: VisibleChanges;
  private readonly listeners = new Set<() => void>();

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
    this.services = services;
    const operations = (): ObservedOperations => this.observation.operations;
    this.visible = new VisibleRestores({ services, operations });
    this.changes = new VisibleChanges(this.visible, log);
    const shown = new ShownSnapshots({
      open: snapshot => this.visible.open(snapshot),
      changed: () => this.observation.volumesChanged()
    });
    this.observation = new ClusterObservation({
      services,
      check,
      cancellable: ({ kind }) => (kind === 'snapshot' ? this.snapshots.cancellable() : this.clones.cancellable()),
      unreachable: () => this.status.unreachable(),
      shows: newest => shown.of(newest),
      statusChanged: () => this.listeners.forEach(listener => listener())
    });
    this.status = new ClusterStatus(services, this.observation);
    this.snapshots = new ClusterSnapshots(services, this.observation.snapshots);
    this.clones = new ClusterClones(services, this.observation.snapshots, this.observation.clones);
    this.restores = new ClusterRestores(services, this.observation.restores, this.visible, this.changes);
  }

  /** Resolves when all was read once, or as soon as it is known that nothing can be: `freshness` says so then. */
  start(): Promise<void> {
    return this.observation.start();
  }

  async stop(): Promise<void> {
    // Together: what waits for a server that does not answer ends with the connection.
    const { observation, visible, changes, options } = this;
    await Promise.all([observation.stop(), visible.stop(), changes.stop(), options.api.dispose()]);
  }

  platform(): Platform {
    return this.options.platform.describe();
  }

  capabilities(): Capabilities {
    return this.status.capabilities();
  }

  notices(): Notice[] {
    return this.status.notices();
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
    return this.status.freshness();
  }

  snapshotsRefused(): Problem | null {
    return this.status.snapshotsRefused();
  }

  onStatusChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  refresh(): Promise<void> {
    return this.observation.refresh();
  }

  followers(count: number): void {
    this.observation.followers(count);
  }

  async openMirrors(): Promise<MirrorSourceTrident> {
    const { ObservedMirrors } = await import('../../ingest/trident/observedMirrors');
    return new ObservedMirrors({ services: this.services });
  }

  claimOf(volume: string): ClaimFacts | null {
    const { claims, namespace } = this.options;
    const record = claims.get(volume);
    if (record === undefined) {
      return null;
    }
    const { object, driver, volumeId } = record;
    const persistentVolume = object?.spec.volumeName || null;
    return { namespace, annotations: object?.metadata.annotations ?? {}, persistentVolume, driver, volumeId };
  }

  now(): Date {
    return this.options.api.now();
  }

  async lookElsewhere(volume: string): Promise<Volume> {
    this.observation.lookElsewhere();
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
    this.assertReachable(
      this.snapshots.tried(intent.operationKey),
      'The snapshot was not made.',
      'the snapshot was made'
    );
    return this.snapshots.create(volume, request, intent);
  }

  updateSnapshot(name: string, change: UpdateSnapshot): Promise<Snapshot> {
    return this.snapshots.update(name, change);
  }

  markExported(name: string, uid: string, exported: string): Promise<Snapshot> {
    return this.snapshots.markExported(name, uid, exported);
  }

  retrySnapshot(name: string): Promise<Snapshot> {
    return this.snapshots.retry(name);
  }

  planSnapshotDelete(name: string): Promise<DeletePlan> {
    return this.snapshots.planDelete(name);
  }

  runNote(name: string): string | undefined {
    return this.snapshots.runNote(name);
  }

  changeRunNote(name: string, uid: string, change: RunNoteChange): Promise<void> {
    return this.snapshots.changeRunNote(name, uid, change);
  }

  deleteSnapshot(name: string, uid: string): Promise<Snapshot> {
    return this.snapshots.delete(name, uid);
  }

  async createClone(from: CloneFrom, request: CreateClone, intent: Intent): Promise<Clone> {
    this.assertReachable(this.clones.tried(intent.operationKey), 'The clone was not made.', 'the clone was made');
    return this.clones.create(from, request, intent);
  }

  planCloneDelete(id: string): Promise<DeletePlan> {
    return this.clones.planDelete(id);
  }

  deleteClone(id: string, uid: string): Promise<Clone> {
    return this.clones.delete(id, uid);
  }

  async planRestore(snapshot: string, volume: string | null, intent: Intent, way?: RestoreWay): Promise<Restore> {
    const tried = this.restores.tried(intent.operationKey);
    this.assertReachable(tried, 'The restore was not planned.', 'the restore was asked for');
    return this.restores.plan(snapshot, volume, intent, way);
  }

  approveRestore(id: string, uid: string): Promise<Restore> {
    return this.restores.approve(id, uid);
  }

  countChanges(id: string): Promise<Restore> {
    return this.restores.countChanges(id);
  }

  async undoRestore(id: string, intent: Intent): Promise<Restore> {
    const tried = this.restores.tried(intent.operationKey);
    this.assertReachable(tried, 'The undo was not planned.', 'the undo was asked for');
    return this.restores.undo(id, intent);
  }

  async cancelOperation(id: string): Promise<Operation> {
    const operation = this.restores.operation(id) ?? this.observation.operations.toCancel(id);
    const { object } = operation;
    const kinds = { snapshot: this.snapshots, clone: this.clones, restore: this.restores } as const;
    await kinds[object.kind].cancel(object.name);
    return this.index.get('operation', id) ?? { ...operation, state: 'cancelling' };
  }

  /** Throws where nothing can be asked of the cluster now; what the same key has made is known without. */
  private assertReachable(tried: Tried, notMade: string, made: string): void {
    if (tried !== 'made') {
      this.status.assertReachable(tried === 'never' ? notMade : `Whether ${made} isn’t known.`);
    }
  }
}
