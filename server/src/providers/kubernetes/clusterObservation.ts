/**
 * What is followed in the cluster, kept in the index: claims, their snapshots and clones, and what runs on them.
 * It changes nothing in the cluster and keeps nothing that a kill would lose.
 */
import type { Capability, Clone, Snapshot } from '../../../../contract';
import type { KubernetesError } from './client/kubernetesApi';
import type { ClusterCheck } from './clusterCheck';
import { ObservedClones } from './clones/observedClones';
import type { FeedHealth } from './objectFeed';
import { ObservedOperations } from './observedOperations';
import { ObservedVolumes } from './observedVolumes';
import { Refreshing } from './refreshing';
import { ObservedRestores } from './restores/observedRestores';
import type { KubernetesServices } from './services';
import { ObservedSnapshots } from './snapshots/observedSnapshots';

export interface ClusterObservationOptions {
  readonly services: KubernetesServices;
  readonly check: ClusterCheck;
  /** Whether an object that is being made can be given up. */
  readonly cancellable: (object: Snapshot | Clone) => Capability;
  /** Why nothing can be asked of the cluster now; null: it can. */
  readonly unreachable: () => Extract<Capability, { available: false }> | null;
  /** Whether this server sees the snapshots of a volume in it. */
  readonly shows: (newest: Snapshot) => boolean;
  /** Rights, health or notices may have changed. */
  readonly statusChanged: () => void;
}

/** All that is followed. */
export class ClusterObservation {
  readonly operations: ObservedOperations;
  readonly snapshots: ObservedSnapshots;
  readonly clones: ObservedClones;
  readonly restores: ObservedRestores;
  private readonly volumes: ObservedVolumes;
  private readonly refreshing: Refreshing;
  private readonly subscriptions: (() => void)[] = [];
  private readonly background = new Set<Promise<void>>();
  /** What is so of all that was not read yet, while the start goes on in the background. */
  private unread: FeedHealth | null = null;
  private followAsked = false;
  private stopped = false;

  constructor(private readonly options: ClusterObservationOptions) {
    const { services, cancellable, unreachable, shows } = options;
    this.operations = new ObservedOperations(services.index, cancellable);
    const { operations } = this;
    const healthChanged = (): void => this.show();
    this.snapshots = new ObservedSnapshots({
      ...{ services, operations, healthChanged },
      changed: () => this.snapshotsChanged()
    });
    this.clones = new ObservedClones({
      ...{ services, operations, healthChanged },
      changed: () => this.refreshing.hurry()
    });
    this.restores = new ObservedRestores({
      ...{ services, operations, healthChanged },
      // One that is looked at again now and then may not show yet.
      knowsSnapshots: () => this.snapshots.watched && this.snapshots.health.state === 'current',
      changed: () => this.refreshing.hurry()
    });
    this.volumes = new ObservedVolumes({ services, unreachable, shows, elsewhere: () => this.snapshots.elsewhere });
    this.refreshing = new Refreshing({
      needed: () =>
        !this.snapshots.watched || !this.clones.watched || !this.restores.watched || this.snapshots.hasLeaving,
      busy: () => this.isBusy(),
      refresh: () => this.refresh()
    });
  }

  /**
   * Resolves when all was read once, or as soon as the first look tells that nothing can be: then `healths` say so, and
   * it is tried on. What follows that look would only wait for one time-out after the other.
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
    this.startUnread(error);
    this.run(
      reading.finally(() => {
        this.unread = null;
        this.show();
      })
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.subscriptions.forEach(unsubscribe => unsubscribe());
    this.refreshing.stop();
    this.operations.dispose();
    const { check, services } = this.options;
    const observed = [this.snapshots, this.clones, this.restores];
    await Promise.all([check.stop(), services.claims.stop(), ...observed.map(one => one.stop())]);
    await Promise.all(this.background);
  }

  /** Whether what is shown is as it is in the cluster, by kind. */
  healths(): FeedHealth[] {
    return [this.snapshots.health, this.clones.health, this.restores.health].map(health =>
      health.state === 'starting' ? (this.unread ?? health) : health
    );
  }

  async refresh(): Promise<void> {
    const { check, services } = this.options;
    await Promise.all([
      check.look(),
      services.claims.refresh(),
      services.classes.refresh(),
      this.snapshots.refresh(),
      this.clones.refresh(),
      this.restores.refresh()
    ]);
  }

  /** So many clients follow the event stream now. */
  followers(count: number): void {
    this.refreshing.follow(count);
  }

  /** What can be done with volumes may be another now. */
  volumesChanged(): void {
    if (!this.stopped) {
      this.show();
    }
  }

  /** Its progress shows on the volumes. */
  lookElsewhere(): void {
    this.run(this.snapshots.lookElsewhere());
  }

  private async readAll(): Promise<void> {
    const { check, services } = this.options;
    const { claims, classes, log, namespace } = services;
    this.subscriptions.push(
      check.onChange(() => this.rightsChanged()),
      classes.onChange(() => this.show())
    );
    await Promise.all([check.look(), claims.start()]);
    if (this.stopped) {
      return;
    }
    // Not before: each claim that comes to be known would begin to follow its snapshots anew.
    this.subscriptions.push(claims.onChange(() => this.followSoon()));
    check.claimsKnown();
    // Once the claims are known, it can be found out whether they are kept apart from others'.
    await Promise.all([check.look(), classes.refresh(), this.follow()]);
    log.info({ namespace, volumes: claims.list().map(({ claim }) => claim) }, 'kubernetes provider started');
  }

  private startUnread(error: KubernetesError): void {
    this.unread = { state: 'broken', error, since: new Date(), asOf: null, retryAt: null };
    this.show();
  }

  /** Once for all claims that changed at the same time. */
  private followSoon(): void {
    if (!this.followAsked) {
      this.followAsked = true;
      this.run(
        Promise.resolve().then(() => {
          this.followAsked = false;
          return this.follow();
        })
      );
    }
  }

  private async follow(): Promise<void> {
    this.volumes.show();
    await Promise.all([this.snapshots.follow(), this.clones.follow(), this.restores.follow()]);
    this.show();
  }

  private snapshotsChanged(): void {
    this.clones.showAll();
    this.restores.showAll();
    this.volumes.show();
    this.refreshing.hurry();
  }

  private rightsChanged(): void {
    this.snapshots.rightsChanged();
    this.clones.rightsChanged();
    this.restores.rightsChanged();
    this.show();
    // Whether restores are served may be another now.
    this.run(this.restores.follow().then(() => this.refresh()));
  }

  private show(): void {
    this.volumes.show();
    this.clones.showAll();
    this.options.statusChanged();
  }

  private isBusy(): boolean {
    const { index } = this.options.services;
    if (index.all('operation').some(({ verb, finishedAt }) => verb === 'restore' && finishedAt === null)) {
      return true;
    }
    const made = [...index.all('snapshot'), ...index.all('clone')];
    return made.some(
      ({ state }) => state.phase === 'deleting' || (state.phase === 'pending' && state.awaitsUse !== true)
    );
  }

  /** What nobody waits for; it never rejects, and `stop` waits for it. */
  private run(task: Promise<void>): void {
    const { log } = this.options.services;
    const watched = task.catch((error: unknown) => log.error({ err: error }, 'observing failed'));
    this.background.add(watched);
    void watched.then(() => this.background.delete(watched));
  }
}
