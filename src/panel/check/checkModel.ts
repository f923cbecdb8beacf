/** The check report as the page holds it: asked for when somebody looks, never by itself. */
import { Signal, type ISignal } from '@lumino/signaling';
import type { CheckReport, Problem } from '../../../contract';
import { ApiProblem } from '../../api/apiProblem';
import type { IDatamarkApi } from '../../tokens';

/** One of these; while a report is looked for again the old one stays. */
export type CheckContent =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly report: CheckReport; readonly looking: boolean }
  | { readonly state: 'failed'; readonly problem: Problem };

/** Asks for the report. */
export class CheckModel {
  private current: CheckContent = { state: 'loading' };
  private readonly signal = new Signal<this, void>(this);
  private request: AbortController | null = null;

  constructor(private readonly api: Pick<IDatamarkApi, 'check'>) {}

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  get content(): CheckContent {
    return this.current;
  }

  /** Looks at everything anew; a look that is under way serves. */
  async look(): Promise<void> {
    if (this.request !== null) {
      return;
    }
    const request = new AbortController();
    this.request = request;
    this.show(this.current.state === 'ready' ? { ...this.current, looking: true } : { state: 'loading' });
    try {
      const report = await this.api.check(request.signal);
      this.show({ state: 'ready', report, looking: false });
    } catch (error) {
      if (request.signal.aborted) {
        return;
      }
      if (!(error instanceof ApiProblem)) {
        throw error;
      }
      this.show({ state: 'failed', problem: error.problem });
    } finally {
      this.request = null;
    }
  }

  /** Ends a look that is under way. */
  dispose(): void {
    this.request?.abort();
    Signal.clearData(this);
  }

  private show(content: CheckContent): void {
    this.current = content;
    this.signal.emit();
  }
}
