/** What the provider says of itself: what can be done, what is to be known, and whether what it shows is as it is now. */
import type { Capabilities, Capability, Freshness, Notice, Problem, Volume } from '../../../../contract';
import { ProblemError } from '../../problemError';
import type { Action } from './accountRights';
import { clusterFreshness } from './clusterFreshness';
import type { ClusterObservation } from './clusterObservation';
import { clusterProblem } from './clusterProblem';
import type { KubernetesServices } from './services';

type Unavailable = Extract<Capability, { available: false }>;

/** Derived anew at each call from what is observed. */
export class ClusterStatus {
  constructor(
    private readonly services: KubernetesServices,
    private readonly observation: ClusterObservation
  ) {}

  capabilities(): Capabilities {
    const can = this.services.index.all('volume').map(volume => volume.can);
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
      restore: any(one => one.restore),
      files: any(one => one.files),
      delete: this.general('delete'),
      hold: this.general('hold')
    };
  }

  notices(): Notice[] {
    const notices = this.services.claims.notices();
    const { health, watched } = this.observation.snapshots;
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

  freshness(): Freshness {
    return clusterFreshness(this.observation.healths(), this.services.api.server);
  }

  /** Why snapshots can't be told although the cluster answers; null: they can. */
  snapshotsRefused(): Problem | null {
    const { health } = this.observation.snapshots;
    return health.state === 'broken' && health.error.status === 403
      ? clusterProblem(health.error, { what: 'You may not see snapshots.' }).problem
      : null;
  }

  /** Why nothing can be asked of the cluster now; null: it can. */
  unreachable(): Unavailable | null {
    const freshness = this.freshness();
    return freshness.current
      ? null
      : { available: false, reason: freshness.problem.detail, fix: freshness.problem.next };
  }

  /** Throws where nothing can be asked of the cluster now. `what`: what did not happen. */
  assertReachable(what: string): void {
    const freshness = this.freshness();
    if (!freshness.current) {
      const { problem } = freshness;
      throw ProblemError.of({ ...problem, detail: `${what} ${problem.detail}` });
    }
  }

  private general(action: Action): Capability {
    const found = this.unreachable() ?? this.services.rights.obstacle(action, null);
    return found === null ? { available: true } : { available: false, reason: found.reason, fix: found.fix };
  }
}
