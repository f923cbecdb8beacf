/** The snapshots that Datamark itself writes down with a run. */
import type { LinkedSnapshot } from '../../../contract';

/** Everything about it is known. */
export type SnapshotOfRun = { readonly [K in keyof LinkedSnapshot]: NonNullable<LinkedSnapshot[K]> };
