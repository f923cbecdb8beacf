// Where a round takes place: what its faults need to know, and what they leave to be looked at.
import type { RestoreScene } from '../restoreScene';
import type { ClusterFaults, OneByOne } from './clusterFaults';
import type { Flight, Flights } from './flights';
import type { Random } from './random';
import type { VolumeBytes } from './volumeBytes';

export interface Arena {
  readonly scene: RestoreScene;
  readonly bytes: VolumeBytes;
  readonly flights: Flights;
  readonly random: Random;
  /** What strikes the restores of every arena at once. */
  readonly cluster: ClusterFaults;
  /** Finalizer that keeps the claims from going, where the gap between two claims of a name is to last. */
  readonly finalizer: string | null;
  /** Names of files that servers have written to the end, by restore: none of them may be lost. */
  readonly written: Map<string, string[]>;
  /** For what stops the controller. */
  readonly alone: OneByOne;
}

/** The first 8 digits of a restore's uid, which are in the names of what is made for it. */
export const markOf = ({ flights }: Arena, flight: Flight): string =>
  flights.seen(flight)?.metadata.uid.slice(0, 8) ?? 'none';
