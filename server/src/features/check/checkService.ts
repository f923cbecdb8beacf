/** The preflight report: what the provider finds, and the sidecar itself. Answers also where the provider could not start. */
import { problemSlug, type CheckFinding, type CheckReport, type Notice } from '../../../../contract';
import { durationWords } from '../../durationWords';
import type { FirstObservation } from '../../observed/firstObservation';
import type { Provider } from '../../providers/provider';
import { checkReport } from './checkReport';

export interface CheckServiceOptions {
  readonly provider: Pick<Provider, 'check' | 'notices'>;
  readonly firstObservation: Pick<FirstObservation, 'obstacle' | 'waitOver'>;
  readonly version: string;
  readonly startedAt: Date;
  readonly startWaitMs?: number;
}

/** A report that comes within this time, in ms, is worth more when the provider has looked for the volumes. */
const START_WAIT_MS = 2_000;

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
    const { provider, firstObservation } = this.options;
    await firstObservation.waitOver(this.options.startWaitMs ?? START_WAIT_MS);
    const findings = await provider.check();
    return checkReport([...findings, ...provider.notices().map(noticed), ...this.ownFindings(findings)], new Date());
  }

  /** The sidecar, and why it could not start to observe where the provider has no finding that says so. */
  private ownFindings(findings: readonly CheckFinding[]): CheckFinding[] {
    const { version, startedAt, firstObservation } = this.options;
    const own: CheckFinding = {
      id: 'sidecar',
      title: 'Sidecar',
      state: 'ok',
      message: `Datamark ${version} on Node.js ${process.versions.node}, running for ${durationWords(Date.now() - startedAt.getTime())}.`,
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
        affects: starting ? [] : ['list', 'snapshot', 'clone', 'restore', 'files', 'delete', 'hold'],
        object
      },
      own
    ];
  }
}

/** What the provider notices stops nothing, and belongs into the report. */
const noticed = ({ code, message, fix, object }: Notice): CheckFinding => ({
  id: `notice/${code}/${object ?? ''}`,
  title: object ?? 'Notice',
  state: 'warning',
  message,
  fix,
  command: null,
  affects: [],
  object,
  docs: 'notices'
});
