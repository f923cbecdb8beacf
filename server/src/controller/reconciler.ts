/**
 * One look at one VolumeRestore: read it, do the step of its phase, write what came of it, and go on until there is
 * nothing to do but wait. Everything it needs to know is in the objects, so that any look may be the last one.
 */
import { KubernetesError, type KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';
import { backOffMs } from '../providers/kubernetes/client/backOff';
import { clusterProblem } from '../providers/kubernetes/clusterProblem';
import type { Log } from '../log';
import {
  restorePath,
  type ControllerStrategy,
  type RestoreStatus,
  type VolumeRestore
} from '../providers/kubernetes/volumeRestore';
import type { ControllerMetrics } from './controllerMetrics';
import type { ControllerSettings } from './controllerSettings';
import type { CoreStep, CoreWork } from './coreWork';
import { ConfirmedRefusals } from './confirmedRefusals';
import { isReadable, keyOf, ReadableRestore } from './followedRestore';
import { isGateDue, untilRenewalMs } from './gate';
import { ServerStarts } from './hub/serverStarts';
import { isRollingBack } from './phases/keepGate';
import { awaitApproval, plan } from './phases/planPhases';
import { RELEASING } from './phases/settling';
import { settle } from './phases/settle';
import { workOn } from './phases/workPhases';
import { KnownRights } from './plan/neededRights';
import { PlanLooks } from './plan/planLooks';
import { orNull } from './readOptional';
import { ending, isFinal } from './restoreProgress';
import { isUnderWay } from './statusCheck';
import { OlderDefinition, writeStatus } from './statusWriter';
import { RestoreRefused, type Strategy } from './strategy';

/** Steps of one look; then others have their turn. */
const MOST_STEPS = 50;
const PACE = { baseMs: 250, capMs: 30_000 };

export interface ReconcilerOptions {
  readonly api: KubernetesApi;
  readonly settings: ControllerSettings;
  readonly log: Log;
  readonly strategies: readonly Strategy[];
  readonly metrics: ControllerMetrics;
  readonly signal: AbortSignal;
  readonly clock?: () => Date;
  /** An own write was answered with this. */
  readonly written?: (restore: VolumeRestore) => void;
  readonly lastDurationMs?: CoreWork['lastDurationMs'];
}

/** What a look led to. */
export interface Looked {
  /** After how many ms at the latest to look again; null: when something changes. */
  readonly againInMs: number | null;
  /** The object as it is now; null: it is gone. */
  readonly restore: VolumeRestore | null;
}

export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #strategies: ReadonlyMap<ControllerStrategy, Strategy>;
  readonly #rights: KnownRights;
  readonly #planLooks = new PlanLooks();
  readonly #serverStarts = new ServerStarts();
  readonly #refusals = new ConfirmedRefusals();
  readonly #clock: () => Date;
  /** Looks that failed one after the other, by namespace and name. */
  readonly #failures = new Map<string, number>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#strategies = new Map(options.strategies.map(strategy => [strategy.name, strategy]));
    this.#rights = new KnownRights(options.api);
    this.#clock = options.clock ?? (() => options.api.now());
  }

  /** Never rejects. */
  async look(namespace: string, name: string): Promise<Looked> {
    const { metrics, signal } = this.#options;
    const look = ++metrics.looks;
    let restore: VolumeRestore | null = null;
    try {
      restore = await this.#read(namespace, name);
      for (let steps = 0; restore !== null && steps < MOST_STEPS && !signal.aborted; steps++) {
        const step = await this.#step(restore, look);
        if (step.kind === 'rest') {
          this.#succeeded(restore);
          return { againInMs: null, restore };
        }
        if (step.kind === 'wait') {
          const { message } = step;
          const said = message === undefined || message === restore.status.message;
          restore = said ? restore : await this.#write(restore, { message });
          this.#succeeded(restore);
          return { againInMs: this.#cappedWait(restore, step.ms), restore };
        }
        restore = step.kind === 'write' ? await this.#write(restore, step.status) : await this.#read(namespace, name);
      }
      return { againInMs: restore === null ? null : 0, restore };
    } catch (error) {
      return await this.#failed(error, { namespace, name }, restore);
    }
  }

  #succeeded({ metadata }: VolumeRestore): void {
    const { metrics } = this.#options;
    this.#failures.delete(keyOf({ metadata }));
    metrics.failing = this.#failures.size;
    metrics.definitionIsGood(metadata.uid);
  }

  /** Nothing is remembered of a restore that is gone. */
  forget(metadata: Pick<VolumeRestore['metadata'], 'namespace' | 'name' | 'uid'>): void {
    const { uid } = metadata;
    const { metrics } = this.#options;
    this.#failures.delete(keyOf({ metadata }));
    metrics.failing = this.#failures.size;
    metrics.definitionIsGood(uid);
    this.#planLooks.forget(uid);
    this.#serverStarts.forget(uid);
    this.#refusals.forget(uid);
  }

  /** Null where there is none that can be read: who observes them tells it, and one that is mended is news. */
  async #read(namespace: string, name: string): Promise<VolumeRestore | null> {
    const { api, signal } = this.#options;
    const path = `${restorePath(namespace)}/${name}`;
    const read = await orNull(api.request({ path, schema: ReadableRestore, signal }));
    return read !== null && isReadable(read) ? read : null;
  }

  async #step(restore: VolumeRestore, look: number): Promise<CoreStep> {
    const { api, settings, log, metrics, signal, lastDurationMs = () => null } = this.#options;
    const work: CoreWork = {
      api,
      settings,
      log,
      restore,
      now: this.#clock(),
      signal,
      strategies: this.#strategies,
      rights: this.#rights,
      planLooks: this.#planLooks,
      serverStarts: this.#serverStarts,
      lastDurationMs,
      look,
      forgotten: () => void metrics.forgotten++,
      clock: this.#clock
    };
    try {
      return await phaseStep(work);
    } catch (error) {
      if (error instanceof RestoreRefused) {
        return this.#refused(restore, error);
      }
      throw error;
    }
  }

  /** Whatever refuses ends it, by the way back where it has begun. */
  #refused(restore: VolumeRestore, { problem: type, detail, next }: RestoreRefused): CoreStep {
    const { status } = restore;
    const now = this.#clock();
    const problem = { type, detail, next };
    if (isUnderWay(restore) && !isRollingBack(status) && type !== 'cancelled') {
      const ms = this.#refusals.confirm(restore);
      if (ms > 0) {
        return { kind: 'wait', ms };
      }
    }
    this.#options.log.info({ restore: keyOf(restore), problem }, 'refused');
    if (isFinal(status.phase) || isRollingBack(status)) {
      return { kind: 'wait', ms: PACE.capMs, message: detail };
    }
    if (isUnderWay(restore)) {
      return { kind: 'write', status: { problem, message: `${detail} Going back.` } };
    }
    const ended = ending(status, 'Failed', `${detail} Nothing was changed.`, now);
    return { kind: 'write', status: { ...ended, problem, pending: [RELEASING] } };
  }

  async #write(restore: VolumeRestore, status: Partial<RestoreStatus>): Promise<VolumeRestore> {
    const { api, log, metrics, written } = this.#options;
    const after = await writeStatus({ api, restore, status });
    written?.(after);
    if (after.status.phase !== restore.status.phase) {
      log.info({ restore: keyOf(after), phase: after.status.phase, message: after.status.message }, 'phase');
      metrics.ended(after);
    }
    return after;
  }

  /** So that the gate is renewed in time. */
  #cappedWait({ status }: VolumeRestore, ms: number): number {
    return isGateDue(status) ? Math.min(ms, untilRenewalMs(status, this.#clock())) : ms;
  }

  async #failed(
    error: unknown,
    of: Pick<VolumeRestore['metadata'], 'namespace' | 'name'>,
    restore: VolumeRestore | null
  ): Promise<Looked> {
    const { log, metrics, signal } = this.#options;
    if (signal.aborted) {
      return { againInMs: null, restore };
    }
    if (error instanceof KubernetesError && error.status === 409 && error.reason === 'Conflict') {
      metrics.conflicts++;
      return { againInMs: backOffMs({ baseMs: 20, capMs: 100 }, 1), restore };
    }
    metrics.failed(error);
    const key = keyOf({ metadata: of });
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    metrics.failing = this.#failures.size;
    const againInMs = PACE.baseMs + backOffMs(PACE, failures);
    const context = { err: error, restore: key, failures, againInMs };
    if (error instanceof OlderDefinition && restore !== null) {
      log.error(context, 'the definition of VolumeRestore is older than this controller');
      metrics.definitionIsOlder(error.message, restore.metadata.uid);
      return { againInMs: PACE.capMs, restore: await this.#tellOlder(restore) };
    }
    log.warn(context, 'a look failed');
    if (restore === null) {
      return { againInMs, restore };
    }
    const { detail } = clusterProblem(error, { what: 'A step is tried again.' }).problem;
    return { againInMs, restore: await this.#tell(restore, detail) };
  }

  /** Also an older definition keeps the message; what was written before it is there without what was dropped. */
  async #tellOlder({ metadata }: VolumeRestore): Promise<VolumeRestore | null> {
    try {
      const restore = await this.#read(metadata.namespace, metadata.name);
      return restore && (await this.#tell(restore, OLDER));
    } catch {
      return null;
    }
  }

  /** What keeps it from going on, where that can be written. */
  async #tell(restore: VolumeRestore, message: string): Promise<VolumeRestore> {
    if (restore.status.message === message || isFinal(restore.status.phase)) {
      return restore;
    }
    try {
      return await this.#write(restore, { message });
    } catch {
      // The next look meets the same, or succeeds.
      return restore;
    }
  }
}

function phaseStep(work: CoreWork): Promise<CoreStep> {
  const { phase } = work.restore.status;
  switch (phase) {
    case '':
    case 'Planning':
      return plan(work);
    case 'Planned':
      return awaitApproval(work);
    default:
      return isFinal(phase) ? settle(work) : workOn(work);
  }
}

const OLDER =
  'Nothing can be done: what this cluster knows of restores (the CustomResourceDefinition) is older than the controller. ' +
  'An admin can apply deploy/crd/volumerestores.yaml.';
