/**
 * The preflight of the Kubernetes provider: looks at the cluster, keeps what it found, and answers from that what may be
 * done. The report, the capabilities and every refusal come from the same findings.
 */
import type { CheckFinding } from '../../../../../contract';
import type { KubernetesSettings } from '../../../kubernetesSettings';
import type { PlatformAdapter } from '../../../platforms/platformAdapter';
import type { AccountRights, Action, Obstacle, Verb } from '../accountRights';
import { backOffMs, type Pace } from '../client/backOff';
import type { KubernetesApi, KubernetesError } from '../client/kubernetesApi';
import { chooseSnapshotClass } from '../snapshots/snapshotClassChoice';
import type { StorageClasses } from '../storageClasses';
import type { Claims } from '../volumes/claims';
import type { AccountReview } from './accountReview';
import type { ClusterFacts, DryRun, Isolation } from './clusterFacts';
import { clusterFindings } from './clusterFindings';
import type { Found } from './found';
import { probeIsolation } from './isolationProbe';
import { lookAtCluster } from './lookAtCluster';
import { NEEDED_RIGHTS } from './neededRights';
import { probeForgedRestore } from './restoreProbe';
import { missingRight } from './rightsFindings';

export interface PreflightTimes {
  /** Waits between tries while the API server is not reached. */
  readonly pace: Pace;
  /** Bound of the looks that a full quota asks for, ms. */
  readonly againMs: number;
}

export interface PreflightOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly settings: Pick<KubernetesSettings, 'snapshotClass' | 'volumes' | 'podName' | 'isolation'>;
  readonly platform: PlatformAdapter;
  /** The server's claims as last seen; empty until they were looked for. */
  readonly claims: () => Pick<Claims, 'list' | 'ownerLabel'>;
  readonly classes: () => Pick<StorageClasses, 'snapshots' | 'volumes' | 'refresh'>;
  readonly log: { warn(details: object, message: string): void };
  readonly times?: Partial<PreflightTimes>;
}

/** A look serves so long unless something asks for a newer one, ms. */
const GOOD_FOR_MS = 30_000;
/** Policies change rarely, and a trial is a write in the audit log, ms. */
const ISOLATION_GOOD_FOR_MS = 300_000;
const TIMES: PreflightTimes = { pace: { baseMs: 2_000, capMs: 30_000 }, againMs: 5_000 };

/** What can be done here, and why not. */
export class Preflight implements AccountRights {
  private facts: ClusterFacts = { state: 'never' };
  private lookedAt = Number.NEGATIVE_INFINITY;
  private looking: Promise<void> | null = null;
  private isolation: { readonly value: Isolation; readonly at: number } | null = null;
  private forgedRestore: { readonly value: DryRun; readonly at: number } | null = null;
  private failures = 0;
  private timer: NodeJS.Timeout | null = null;
  private told = '';
  private found: { readonly from: readonly unknown[]; readonly findings: readonly Found[] } | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly stopping = new AbortController();

  private readonly times: PreflightTimes;
  private claimsLookedFor = false;

  constructor(private readonly options: PreflightOptions) {
    this.times = { ...TIMES, ...options.times };
  }

  /** Looks unless that was done within `maxAgeMs`. Never rejects; while the server is not reached it goes on trying. */
  async look(maxAgeMs = GOOD_FOR_MS): Promise<void> {
    if (this.looking === null && performance.now() - this.lookedAt < maxAgeMs && !this.canTryIsolation()) {
      return;
    }
    this.looking ??= this.lookNow().finally(() => {
      this.looking = null;
    });
    await this.looking;
  }

  /** Why the last look did not reach the API server; null: it did, or there was none. */
  unreached(): KubernetesError | null {
    return this.facts.state === 'unreached' ? this.facts.error : null;
  }

  /** From now on `claims` lists all there are: what is not in it is not there. */
  claimsKnown(): void {
    this.claimsLookedFor = true;
  }

  /** Ends the tries that are under way. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The provider is being stopped.'));
    clearTimeout(this.timer ?? undefined);
    await this.looking;
  }

  /** Looks at everything anew. */
  async check(): Promise<CheckFinding[]> {
    this.isolation = null;
    this.forgedRestore = null;
    await Promise.all([this.options.classes().refresh(true), this.look(0)]);
    return this.findings().map(({ shown }) => shown);
  }

  lastFindings(): CheckFinding[] | null {
    return this.facts.state === 'never' ? null : this.findings().map(({ shown }) => shown);
  }

  may(verb: Verb, group: string, resource: string): boolean | 'unknown' {
    return this.facts.state === 'reached' ? this.facts.account.may({ verb, group, resource }) : 'unknown';
  }

  missing(verb: Verb, group: string, resource: string): Obstacle | null {
    if (this.facts.state !== 'reached' || this.may(verb, group, resource) !== false) {
      return null;
    }
    const needed = NEEDED_RIGHTS.find(
      right => right.verb === verb && right.group === group && right.resource === resource
    );
    const subject = { review: this.facts.account, namespace: this.options.namespace };
    return missingRight(subject, needed ?? { verb, group, resource });
  }

  restoresServed(): boolean | 'unknown' {
    const api = this.facts.state === 'reached' ? this.facts.restoreApi.state : 'unknown';
    return api === 'unknown' ? api : api === 'served';
  }

  obstacle(action: Action, claim: string | null): Obstacle | null {
    const inTheWay = this.findings().find(
      found => found.shown.affects.includes(action) && (found.claim === null || found.claim === claim)
    );
    if (inTheWay?.shown.docs === 'quota') {
      // Somebody may have made room since: the next look tells.
      void this.look(this.times.againMs);
    }
    return inTheWay?.obstacle ?? null;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The trial needed a claim of this server, and there is one by now. */
  private canTryIsolation(): boolean {
    const { facts } = this;
    return (
      facts.state === 'reached' &&
      facts.isolation.state === 'unknown' &&
      facts.isolation.why === 'own-claim-unknown' &&
      this.options
        .claims()
        .list()
        .some(({ object }) => object !== null)
    );
  }

  /** Made anew only where something of what it is made from is another: it is asked for each volume and action. */
  private findings(): readonly Found[] {
    const { api, namespace, settings, claims, classes } = this.options;
    const { snapshots, volumes } = classes();
    const { facts, claimsLookedFor } = this;
    const list = claims().list();
    const from = [api.server, facts, claimsLookedFor, snapshots, volumes, ...list];
    if (this.found?.from.length !== from.length || !from.every((part, at) => part === this.found?.from[at])) {
      const server = { server: api.server, namespace, settings, facts };
      const known = { claims: list, claimsKnown: claimsLookedFor, snapshotClasses: snapshots, storageClasses: volumes };
      this.found = { from, findings: clusterFindings({ ...server, ...known }) };
    }
    return this.found.findings;
  }

  private async lookNow(): Promise<void> {
    const { api, namespace, log } = this.options;
    const { signal } = this.stopping;
    if (signal.aborted) {
      return;
    }
    clearTimeout(this.timer ?? undefined);
    try {
      this.facts = await lookAtCluster({
        api,
        namespace,
        doubtfulDrivers: this.doubtfulDrivers(),
        isolation: account => this.isolationOf(account),
        forgedRestore: account => this.forgedRestoreOf(account),
        signal
      });
    } catch (error) {
      log.warn({ err: error }, 'the look at the cluster failed');
    }
    this.lookedAt = performance.now();
    this.tryAgainLater();
    this.tell();
  }

  /** Only while the server is not reached: afterwards nothing is asked without a reason. */
  private tryAgainLater(): void {
    if (this.facts.state === 'reached' || this.stopping.signal.aborted) {
      this.failures = 0;
      return;
    }
    this.failures += 1;
    this.timer = setTimeout(() => void this.look(0), backOffMs(this.times.pace, this.failures));
    this.timer.unref();
  }

  private async isolationOf(account: AccountReview): Promise<Isolation> {
    const { api, namespace, settings, platform, claims } = this.options;
    if (settings.isolation !== 'auto') {
      return { state: 'declared', as: settings.isolation };
    }
    const known = this.isolation;
    if (known !== null && performance.now() - known.at < ISOLATION_GOOD_FOR_MS) {
      return known.value;
    }
    const { signal } = this.stopping;
    const ownerLabel = claims().ownerLabel();
    const value = await probeIsolation({
      api,
      namespace,
      platform,
      claims: claims().list(),
      ownerLabel,
      account,
      signal
    });
    // What could not be told is asked again at the next look.
    this.isolation = value.state === 'unknown' ? null : { value, at: performance.now() };
    return value;
  }

  private async forgedRestoreOf(account: AccountReview): Promise<DryRun | null> {
    const { api, namespace, claims } = this.options;
    const known = this.forgedRestore;
    if (known !== null && performance.now() - known.at < ISOLATION_GOOD_FOR_MS) {
      return known.value;
    }
    const { signal } = this.stopping;
    const value = await probeForgedRestore({ api, namespace, claims: claims().list(), account, signal });
    this.forgedRestore = value === null || value.state === 'unclear' ? null : { value, at: performance.now() };
    return value;
  }

  private doubtfulDrivers(): string[] {
    const { claims, classes, settings } = this.options;
    const { snapshots } = classes();
    const drivers = claims()
      .list()
      .flatMap(({ driver }) => {
        const choice = chooseSnapshotClass({ classes: snapshots, driver, configured: settings.snapshotClass });
        return driver === null || choice.possible ? [] : [driver];
      });
    return [...new Set(drivers)];
  }

  private tell(): void {
    const now = JSON.stringify([
      this.findings().map(({ shown: { state, id, message }, obstacle }) =>
        state === 'ok' ? id : [id, message, obstacle]
      ),
      NEEDED_RIGHTS.map(({ verb, group, resource }) => this.may(verb, group, resource))
    ]);
    if (now !== this.told) {
      this.told = now;
      this.listeners.forEach(listener => listener());
    }
  }
}
