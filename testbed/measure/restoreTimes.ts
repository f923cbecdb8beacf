// What restoreTimes.measure.ts writes for bench/cluster/restores.py: times in seconds since 1970, durations in seconds.

/** A server that is stopped and started again, with a restore in between or without. */
export interface Restart {
  /** The restore was confirmed, or without one: the shutdown asked for. */
  readonly from: number;
  /** Its container was told to end, at most a tenth of a second before it did. */
  readonly exited: number;
  /** The restore said that it has succeeded; without one: the pod was gone. */
  readonly free: number;
  /** The new server has read a file of its home. */
  readonly usable: number;
}

export interface CopyTimes {
  /** The program of the Job's pod, from its start to its end. */
  readonly job: number;
  /** rsync -aHAX --delete of the same trees. */
  readonly rsync: number;
  /** The same until the storage has it all, which the program waits for too. */
  readonly synced: number;
  /** From container exit to the end of the restore. */
  readonly whole: number;
}

/** The whole report. */
export interface RestoreTimes {
  readonly namespace: string;
  readonly claim: string;
  readonly restarts: readonly Restart[];
  readonly swaps: readonly Restart[];
  readonly copies: readonly CopyTimes[];
  /** From confirm to the end: one file, and a folder of a hundredth of all files. */
  readonly file: number;
  readonly folder: number;
  /** The peer's restore of the same snapshot, nothing mounted. */
  readonly peer: readonly number[];
}
