/** A strategy that does nothing but tell its phases; a test says what each answers. */
import type { ControllerStrategy } from '../../providers/kubernetes/volumeRestore';
import type { Next, RestoreWork, Strategy } from '../strategy';

type Call = 'prepare' | 'secure' | 'restore' | 'verify' | 'rollBack' | 'settle';

export class RecordedStrategy implements Strategy {
  readonly calls: Call[] = [];
  /** Instead of being done at once. */
  readonly answers: Partial<Record<Call, (work: RestoreWork) => Next | Promise<Next>>> = {};

  constructor(readonly name: ControllerStrategy = 'swap') {}

  /** Calls without those that came again. */
  get phases(): Call[] {
    return this.calls.filter((call, index) => call !== this.calls[index - 1]);
  }

  readonly prepare = (work: RestoreWork): Promise<Next> => this.#answer('prepare', work);
  readonly secure = (work: RestoreWork): Promise<Next> => this.#answer('secure', work);
  readonly restore = (work: RestoreWork): Promise<Next> => this.#answer('restore', work);
  readonly verify = (work: RestoreWork): Promise<Next> => this.#answer('verify', work);
  readonly rollBack = (work: RestoreWork): Promise<Next> => this.#answer('rollBack', work);
  readonly settle = (work: RestoreWork): Promise<Next> => this.#answer('settle', work);

  async #answer(call: Call, work: RestoreWork): Promise<Next> {
    this.calls.push(call);
    return (await this.answers[call]?.(work)) ?? { kind: 'done' };
  }
}
