/** What the parts of the local provider share: the volumes, the line of operations, the worker. */
import type { Restore } from '../../../../contract';
import type { LocalConfiguration } from '../../configuration';
import type { ObservedIndex } from '../../observed/observedIndex';
import type { Intent } from '../provider';
import type { FaultSwitch } from './faultSwitch';
import type { JobContext } from './job';
import type { JobRunner } from './jobRunner';
import type { ObservedVolume } from './observedVolume';
import type { OperationQueue } from './operationQueue';

/** The log, as far as it is needed here. */
export interface LocalLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface LocalServices {
  readonly configuration: LocalConfiguration;
  readonly log: LocalLog;
  readonly index: ObservedIndex;
  readonly queue: OperationQueue;
  readonly runner: JobRunner;
  readonly faults: FaultSwitch;
  /** Every volume by its id. */
  readonly volumes: ReadonlyMap<string, ObservedVolume>;
  /** The volume, or the problem `volume-not-found`. */
  volume(id: string): ObservedVolume;
  /** Does something nobody waits for, such as emptying the trash; its errors are logged, stopping aborts it. */
  background(what: string, run: (context: JobContext) => Promise<unknown>): void;
  /** Surroundings of a job that is no operation: answers within a request, aborted when the process stops. */
  quietContext(): JobContext;
}

/** What the provider asks of restores, which live in `restore/`. */
export interface Restoring {
  /** Makes the plan in the background; `volume` null: the snapshot's own; `paths`: only these, beside. */
  plan(snapshot: string, volume: string | null, intent: Intent, paths?: readonly string[]): Promise<Restore>;
  approve(id: string, uid: string): Promise<Restore>;
  undo(id: string, intent: Intent): Promise<Restore>;
  /** Called once per store, with its lock just taken and snapshots recovered: finishes or rolls back what was left. */
  recover(observed: ObservedVolume): Promise<void>;
  /** Puts the restores of a store into the index as its records say. Called at every look; changes nothing. */
  show(observed: ObservedVolume): void;
}
