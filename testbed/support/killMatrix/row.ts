// One line of the table: one way to restore under one kind of fault. Who writes it, and what is read again from a file.
import { z } from 'zod';
import { FAULTS } from './faults';

/** A hit is a fault and a restore that was under way when it struck; each is counted with how that restore ended. */
export const KillMatrixRow = z.object({
  /** `swap`, `copy`, `files`, `clone`, or what another tool calls its own. */
  strategy: z.string(),
  fault: z.enum(FAULTS),
  hits: z.int().nonnegative(),
  /** The volume holds what the snapshot held, and says so. */
  restored: z.int().nonnegative(),
  /** Begun, and taken back: the volume holds what it held before. */
  rolledBack: z.int().nonnegative(),
  /** Cancelled, or refused before anything was changed. */
  refused: z.int().nonnegative(),
  /** The volume holds neither, or not what was stated, or is gone; or what it does not hold can’t be had any more. */
  lost: z.int().nonnegative(),
  /** Of all of these: something stayed behind that nobody removes, a closed gate, or a restore without an end. */
  leftBehind: z.int().nonnegative()
});
export type KillMatrixRow = z.infer<typeof KillMatrixRow>;

/** All lines of one tool. */
export const KillMatrix = z.object({
  /** Whose restores, as the table calls them. */
  who: z.string(),
  seed: z.int(),
  seconds: z.number(),
  rows: z.array(KillMatrixRow)
});
export type KillMatrix = z.infer<typeof KillMatrix>;
