/** The test switch: makes journalled steps slow, failing or deadly. Lives in the main thread, so its counts last. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Faults } from '../../configuration';

/** Strikes at steps as the configuration says; without configuration it does nothing. */
export class FaultSwitch {
  private failures = 0;
  private reached = 0;

  constructor(private readonly faults: Faults | undefined) {}

  /** How trees are copied, whatever the file system can do; undefined: as it can. */
  get method(): Faults['method'] {
    return this.faults?.method;
  }

  /** Applies the faults of a step. Throws an error with the configured errno, or never returns. */
  async step(name: string, signal: AbortSignal): Promise<void> {
    const { faults } = this;
    if (faults === undefined) {
      return;
    }
    if (faults.kill?.step === name) {
      this.reached += 1;
      if (this.reached === faults.kill.nth) {
        process.kill(process.pid, 'SIGKILL');
        // The signal is delivered at the latest on the way back to the event loop, which must not go on working.
        await new Promise(() => undefined);
      }
    }
    if (faults.slowMs > 0) {
      await delay(faults.slowMs, undefined, { signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw error;
      });
    }
    if (faults.fail?.step === name && this.failures < faults.fail.times) {
      this.failures += 1;
      const { code } = faults.fail;
      throw Object.assign(new Error(`${code}: injected at ${name}`), { code });
    }
  }
}
