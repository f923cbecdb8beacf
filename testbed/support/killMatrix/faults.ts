// What is done to restores under way. Each has a line in the table; whoever restores otherwise is put under the same.

/** By the name in the table. */
export const FAULTS = [
  /** The process that carries out the restore, `kill -9`; then it is started again. */
  'kill -9 of the controller',
  'restart of the API server',
  /** The pod that tries what was made. */
  'check pod deleted',
  /** A pod of the Job that copies. */
  'Job’s pod deleted',
  'Job deleted',
  /** No claim and no pod may be made for some seconds. */
  'quota full',
  /** The storage answers with errors for some seconds. */
  'driver fails',
  /** The snapshot that is gone back to. */
  'snapshot deleted',
  /** A pod of the same user that mounts the claim and writes into it. */
  'server started',
  // A claim of that name, as soon as there is none.
  'foreign claim: same',
  'foreign claim: larger',
  'foreign claim: other mode',
  'foreign claim: other class',
  'foreign claim: first consumer'
] as const;
export type Fault = (typeof FAULTS)[number];

const JOBS: readonly Fault[] = ['Job’s pod deleted', 'Job deleted'];
const CHECKS: readonly Fault[] = ['check pod deleted'];
const without = (...none: readonly Fault[]): Fault[] => FAULTS.filter(fault => !none.includes(fault));

/** Those that each way to restore has to come through; the others strike what it does not make. */
export const APPLICABLE = {
  swap: without(...JOBS),
  copy: FAULTS,
  files: without(...CHECKS),
  clone: without(...JOBS, ...CHECKS)
} satisfies Record<string, readonly Fault[]>;
