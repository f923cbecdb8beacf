/** Who answers here and what can be done; answers also while the provider starts or after it failed to. */
import {
  API_MAJOR,
  API_MINOR,
  problemSlug,
  type Capabilities,
  type Notice,
  type RunningStatus
} from '../../../../contract';
import type { FirstObservation } from '../../observed/firstObservation';
import type { Provider } from '../../providers/provider';
import type { AutomaticSnapshots } from '../automatic/automaticSnapshots';
import { checkReport } from '../check/checkReport';

export interface StatusServiceOptions {
  readonly provider: Provider;
  readonly firstObservation: FirstObservation;
  readonly version: string;
  readonly startedAt: Date;
  readonly automatic?: Pick<AutomaticSnapshots, 'status' | 'notices'> | undefined;
  /** Whether something is set for MLflow. */
  readonly showsLineage?: boolean;
}

/** A status that comes within this time, in ms, is worth more when it knows what can be done. */
const FIRST_OBSERVATION_WAIT_MS = 150;

/** Makes the status. */
export class StatusService {
  constructor(private readonly options: StatusServiceOptions) {}

  /** Never waits long: while the provider starts, everything is told to be off for that reason. */
  async status(): Promise<RunningStatus> {
    await this.options.firstObservation.waitOver(FIRST_OBSERVATION_WAIT_MS);
    return this.now();
  }

  /** Calls back when the status may have changed, until the returned function is called. */
  onChange(listener: () => void): () => void {
    const { provider, firstObservation } = this.options;
    let listening = true;
    const stop = provider.onStatusChange(listener);
    void firstObservation.over.then(() => {
      if (listening) {
        listener();
      }
    });
    return () => {
      listening = false;
      stop();
    };
  }

  /** The status at this moment. */
  now(): RunningStatus {
    const { provider, version, startedAt, automatic, showsLineage = false } = this.options;
    const obstacle = this.obstacle();
    const findings = obstacle === null ? provider.lastFindings() : null;
    return {
      state: 'running',
      version,
      api: { major: API_MAJOR, minor: API_MINOR },
      provider: { kind: provider.kind, label: provider.label },
      user: provider.user,
      platform: provider.platform?.() ?? null,
      capabilities: obstacle === null ? provider.capabilities() : allOff(obstacle),
      notices: [
        ...(obstacle === null ? [] : [obstacle]),
        ...provider.notices(),
        ...(obstacle === null ? (automatic?.notices() ?? []) : [])
      ],
      ...(automatic === undefined ? {} : { automatic: automatic.status() }),
      ...(showsLineage ? { lineage: true as const } : {}),
      freshness: provider.freshness(),
      ...(findings === null ? {} : { check: checkReport(findings, new Date()).summary }),
      node: process.versions.node,
      pid: process.pid,
      startedAt: startedAt.toISOString()
    };
  }

  /** What keeps the provider from telling what can be done. */
  private obstacle(): Notice | null {
    const obstacle = this.options.firstObservation.obstacle?.problem;
    if (obstacle === undefined) {
      return null;
    }
    // Why the first look takes so long is worth more than that it does.
    const freshness = this.options.provider.freshness();
    const starting = problemSlug(obstacle.type) === 'starting';
    const problem = starting && !freshness.current ? freshness.problem : obstacle;
    const { type, detail, next, object } = problem;
    return { code: problemSlug(type) ?? 'internal', message: detail, fix: next, object };
  }
}

function allOff({ message, fix }: Notice): Capabilities {
  const off = { available: false, reason: message, fix } as const;
  return { snapshot: off, clone: off, restore: off, files: off, delete: off, hold: off };
}
