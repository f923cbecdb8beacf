/**
 * Carries a retention plan to where everything is known that speaks against it, and deletes what is asked for and nothing
 * speaks against: by uid, with the rights of the account, never by force. One request does what it has time for.
 */
import type { Problem, RetentionItem, RetentionReport, RunRetention, Size } from '../../../../contract';
import { readNotedRuns } from '../../lineage/notedRuns';
import type { GuardedDeletion } from '../../lineage/guardedDeletion';
import { ProblemError } from '../../problemError';
import type { Provider } from '../../providers/provider';
import type { VolumeService } from '../volumes/volumeService';
import { retentionPlan, type RetentionDecision } from './retentionPlan';

/** After it no further snapshot is begun with; one takes at most 20 s (GuardedDeletion). */
const BUDGET_MS = 10_000;
const UNKNOWN_SIZE: Size = { known: false, reason: 'Not looked at.' };
const NOT_KEPT = 'No rule keeps it.';

export interface RetentionServiceOptions {
  readonly provider: Provider;
  readonly volumes: VolumeService;
  readonly deletion: GuardedDeletion;
  /** Makes a problem of whatever was thrown, and logs it if it was not meant to be. */
  readonly problemOf: (thrown: unknown, requestId: string) => Problem;
  readonly now?: () => Date;
  readonly budgetMs?: number;
}

export class RetentionService {
  readonly #options: RetentionServiceOptions;

  constructor(options: RetentionServiceOptions) {
    this.#options = options;
  }

  /** What would happen; with `apply` some of it does. Refused while snapshots can’t be told as they are now. */
  async run({ volume, rules, apply }: RunRetention, requestId: string): Promise<RetentionReport> {
    const now = this.#options.now?.() ?? new Date();
    const decisions = retentionPlan(rules, this.#facts(volume, now));
    const deadline = Date.now() + (this.#options.budgetMs ?? BUDGET_MS);
    const wanted = new Set(apply?.map(({ name, uid }) => `${name} ${uid}`));
    const items = new Map<string, RetentionItem>();
    // The oldest first: where time is up, the older data is gone.
    for (const decision of decisions.toReversed()) {
      const { name, uid } = decision.snapshot;
      const chosen = apply === undefined || wanted.has(`${name} ${uid}`);
      const goes = decision.kept.length === 0 && chosen;
      const late = goes && Date.now() > deadline;
      if (apply === undefined) {
        items.set(name, goes && !late ? await this.#looked(decision) : itemOf(decision));
      } else {
        items.set(name, chosen ? await this.#applied(itemOf(decision), late, requestId) : itemOf(decision));
      }
    }
    return { asOf: now.toISOString(), items: decisions.flatMap(({ snapshot }) => items.get(snapshot.name) ?? []) };
  }

  #facts(volume: string | undefined, now: Date): Parameters<typeof retentionPlan>[1] {
    const { provider, volumes } = this.#options;
    const refused = provider.snapshotsRefused?.() ?? null;
    const freshness = provider.freshness();
    const problem = refused ?? (freshness.current ? null : freshness.problem);
    if (problem !== null) {
      throw ProblemError.of(problem);
    }
    const only = volume === undefined ? null : volumes.get(volume).id;
    return {
      snapshots: provider.index.all('snapshot').filter(one => only === null || one.volume === only),
      restores: provider.index.all('restore'),
      noted: name => readNotedRuns(provider.runNote?.(name)),
      now
    };
  }

  /** With what the storage, clones, runs and models have against deleting it. */
  async #looked(decision: RetentionDecision): Promise<RetentionItem> {
    const { name } = decision.snapshot;
    const plan = await this.#options.deletion.plan(name);
    const against = [
      ...plan.blockers.map(({ message }) => message),
      // Whoever would be asked for a person’s word keeps it.
      ...(plan.force === true ? plan.warnings : []),
      ...(plan.allowed || plan.blockers.length > 0 ? [] : ['The storage does not let it be deleted.'])
    ];
    return { ...itemOf({ ...decision, kept: against }), looked: true, lost: plan.lost };
  }

  async #applied(item: RetentionItem, late: boolean, requestId: string): Promise<RetentionItem> {
    const { snapshot, uid, decision } = item;
    if (decision === 'keep') {
      const told = { detail: `${snapshot} is kept. ${item.reasons.join(' ')}`, next: 'Look at the plan again.' };
      return { ...item, outcome: { state: 'kept', problem: new ProblemError('object-changed', told).problem } };
    }
    if (late) {
      return { ...item, outcome: { state: 'not-begun' } };
    }
    try {
      // Looks at all that may depend on it, as #looked does.
      await this.#options.deletion.delete(snapshot, uid, false);
      return { ...item, outcome: { state: 'deleting' } };
    } catch (error) {
      return { ...item, outcome: { state: 'kept', problem: this.#options.problemOf(error, requestId) } };
    }
  }
}

const itemOf = ({ snapshot, kept }: RetentionDecision): RetentionItem => ({
  snapshot: snapshot.name,
  uid: snapshot.uid,
  volume: snapshot.volume,
  volumeName: snapshot.volumeName,
  title: snapshot.title,
  createdAt: snapshot.createdAt,
  origin: snapshot.origin,
  decision: kept.length === 0 ? 'delete' : 'keep',
  reasons: kept.length === 0 ? [NOT_KEPT] : [...kept],
  looked: false,
  lost: UNKNOWN_SIZE,
  outcome: null
});
