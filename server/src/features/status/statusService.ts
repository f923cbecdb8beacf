/** Who answers here and what can be done; answers also while the provider starts or after it failed to. */
import { API_MAJOR, API_MINOR, problemSlug, type Notice, type RunningStatus } from '../../../../contract';
import type { FirstObservation } from '../../observed/firstObservation';
import type { Provider } from '../../providers/provider';

export interface StatusServiceOptions {
  readonly provider: Provider;
  readonly firstObservation: FirstObservation;
  readonly version: string;
  readonly startedAt: Date;
}

/** Makes the status. */
export class StatusService {
  constructor(private readonly options: StatusServiceOptions) {}

  status(): RunningStatus {
    const { provider, version, startedAt } = this.options;
    return {
      state: 'running',
      version,
      api: { major: API_MAJOR, minor: API_MINOR },
      provider: { kind: provider.kind, label: provider.label },
      user: provider.user,
      capabilities: provider.capabilities(),
      notices: [...this.startNotices(), ...provider.notices()],
      node: process.versions.node,
      pid: process.pid,
      startedAt: startedAt.toISOString()
    };
  }

  private startNotices(): Notice[] {
    const problem = this.options.firstObservation.failure?.problem;
    if (problem === undefined) {
      return [];
    }
    const { type, detail, next, object } = problem;
    return [{ code: problemSlug(type) ?? 'internal', message: detail, fix: next, object }];
  }
}
