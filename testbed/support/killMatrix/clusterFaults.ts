// Faults of the cluster itself: they strike whoever restores at that moment, in each namespace.
import { setTimeout as delay } from 'node:timers/promises';
import type { Bed } from '../bed';
import { untilPoliciesWork } from '../controllerManifests';
import type { TestCluster } from '../testCluster';
import type { Fault } from './faults';
import type { VolumeBytes } from './volumeBytes';

/** How long the storage is out of order. */
const LASTS_MS = 2_500;

/** Runs what it is given one after the other. */
export type OneByOne = <T>(act: () => Promise<T>) => Promise<T>;

export function oneByOne(): OneByOne {
  let last: Promise<unknown> = Promise.resolve();
  return act => {
    const result = last.then(act);
    last = result.catch(() => undefined);
    return result;
  };
}

/** Whose restores are struck. */
interface Struck {
  /** Counts it for those that are under way. */
  readonly hit: (fault: Fault) => void;
  /** What stops their controller: none starts while the API server is away. */
  readonly alone: OneByOne;
}

export class ClusterFaults {
  private readonly _struck = new Set<Struck>();
  private readonly _queue = oneByOne();
  /** Asked for, and not begun: also for those who ask meanwhile. */
  private _restart: Promise<void> | null = null;
  private _outage: Promise<void> | null = null;

  constructor(
    private readonly _cluster: TestCluster,
    private readonly _bed: Bed,
    private readonly _bytes: VolumeBytes
  ) {}

  /** From now on they are struck too; returns how that ends. */
  join(struck: Struck): () => void {
    this._struck.add(struck);
    return () => void this._struck.delete(struck);
  }

  restartApiServer(): Promise<void> {
    this._restart ??= this._queue(async () => {
      this._restart = null;
      await this._whileNoneRestarts(async () => {
        this._hit('restart of the API server');
        await this._bed.kill('apiserver');
        await this._bed.startAll();
      });
      // Until it knows their parameters again, its policies refuse the next round’s servers too.
      await untilPoliciesWork(this._cluster);
    });
    return this._restart;
  }

  failDriver(): Promise<void> {
    this._outage ??= this._failDriver().finally(() => (this._outage = null));
    return this._outage;
  }

  private async _failDriver(): Promise<void> {
    await this._bytes.outage(true);
    this._hit('driver fails');
    await delay(LASTS_MS);
    await this._bytes.outage(false);
  }

  private _hit(fault: Fault): void {
    this._struck.forEach(({ hit }) => hit(fault));
  }

  private async _whileNoneRestarts(act: () => Promise<void>): Promise<void> {
    let end = (): void => undefined;
    const done = new Promise<void>(resolve => (end = resolve));
    const waiting = [...this._struck].map(
      ({ alone }) =>
        new Promise<void>(resolve => {
          void alone(() => {
            resolve();
            return done;
          });
        })
    );
    try {
      await Promise.all(waiting);
      await act();
    } finally {
      end();
    }
  }
}
