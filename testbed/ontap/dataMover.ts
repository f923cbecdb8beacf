// What a transfer does with the bytes. The emulator itself knows only numbers.

/** What is transferred. */
export interface MovedMirror {
  readonly uuid: string;
  /** `svm:volume`. */
  readonly source: string;
  readonly destination: string;
}

export interface DataMover {
  /** The snapshot of the source is made; returns how many bytes will go over, null: as many as the emulator says. */
  begin(mirror: MovedMirror, snapshot: string): Promise<number | null>;
  /** The snapshot has arrived: readers of the destination see it. */
  arrive(mirror: MovedMirror, snapshot: string): Promise<void>;
  /** The transfer has failed or was aborted: readers see what they saw. */
  discard(mirror: MovedMirror, snapshot: string): Promise<void>;
}

/** Moves nothing. */
export const noData: DataMover = {
  begin: async () => null,
  arrive: async () => undefined,
  discard: async () => undefined
};
