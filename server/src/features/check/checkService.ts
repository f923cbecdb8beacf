/** The preflight report: what the provider finds, and the sidecar itself. Answers also where the provider could not start. */
import { problemSlug, type CheckFinding, type CheckReport, type CheckState } from '../../../../contract';
import type { FirstObservation } from '../../observed/firstObservation';
import type { Provider } from '../../providers/provider';

export interface CheckServiceOptions {
  readonly provider: Pick<Provider, 'check'>;
  readonly firstObservation: Pick<FirstObservation, 'obstacle'>;
  readonly version: string;
  readonly startedAt: Date;
}

/** From the one that needs a person first to the one nobody needs to read. */
const WORST_FIRST: readonly CheckState[] = ['failed', 'warning', 'unknown', 'not-applicable', 'ok'];

/** Makes the report; whoever asks while one is made gets that one. */
export class CheckService {
  private running: Promise<CheckReport> | null = null;

  constructor(private readonly options: CheckServiceOptions) {}

  /** Looks at everything anew. */
  check(): Promise<CheckReport> {
    this.running ??= this.look().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async look(): Promise<CheckReport> {
    const findings = await this.options.provider.check();
    return checkReport([...findings, ...this.ownFindings(findings)], new Date());
  }

  /** The sidecar, and why it could not start to observe where the provider has no finding that says so. */
  private ownFindings(findings: readonly CheckFinding[]): CheckFinding[] {
    const { version, startedAt, firstObservation } = this.options;
    const own: CheckFinding = {
      id: 'sidecar',
      title: 'Sidecar',
      state: 'ok',
      message: `Datamark ${version} on Node.js ${process.versions.node}, running since ${startedAt.toISOString()}.`,
      fix: '',
      command: null,
      affects: [],
      object: null,
      docs: 'sidecar'
    };
    const problem = firstObservation.obstacle?.problem;
    if (
      problem === undefined ||
      findings.some(({ state, affects }) => state === 'failed' && affects.includes('list'))
    ) {
      return [own];
    }
    const starting = problemSlug(problem.type) === 'starting';
    const { detail, next, object } = problem;
    return [
      {
        ...own,
        id: 'start',
        title: 'Start',
        state: starting ? 'warning' : 'failed',
        message: detail,
        fix: next,
        affects: starting ? [] : ['list', 'snapshot', 'clone', 'restore', 'delete', 'hold'],
        object
      },
      own
    ];
  }
}

/** Findings in order, and counted. */
export function checkReport(findings: readonly CheckFinding[], checkedAt: Date): CheckReport {
  const order = ({ state }: CheckFinding): number => WORST_FIRST.indexOf(state);
  const sorted = [...findings].sort((one, other) => order(one) - order(other));
  const count = (state: CheckState): number => findings.filter(finding => finding.state === state).length;
  return {
    checkedAt: checkedAt.toISOString(),
    summary: {
      state: sorted[0]?.state ?? 'ok',
      ok: count('ok'),
      warning: count('warning'),
      failed: count('failed'),
      unknown: count('unknown'),
      notApplicable: count('not-applicable')
    },
    findings: sorted
  };
}
