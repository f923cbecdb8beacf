// Why a test need not go on waiting.

/** Somebody has taken the bed down, or its first process has ended: nothing that is asked of it will ever be answered. */
export class BedGone extends Error {
  override readonly name = 'BedGone';
}
