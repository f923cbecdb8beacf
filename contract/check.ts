/** Preflight: what Datamark can do here and what it can't, why, and what mends it. */
import { z } from 'zod';
import { Instant } from './primitives';

/** What a finding is about: a person’s actions, and seeing what is there. */
export const CheckedAction = z
  .enum(['list', 'snapshot', 'clone', 'restore', 'files', 'delete', 'hold'])
  .meta({ id: 'CheckedAction' });
export type CheckedAction = z.infer<typeof CheckedAction>;

/** ok: fine. warning: works, needs attention. failed: missing or broken. unknown: can’t be found out. */
export const CheckState = z.enum(['ok', 'warning', 'failed', 'unknown', 'not-applicable']).meta({ id: 'CheckState' });
export type CheckState = z.infer<typeof CheckState>;

export const CheckFinding = z
  .object({
    id: z.string().meta({ description: 'Stable, unique in a report, for example `rights/delete`.' }),
    title: z.string().meta({ description: 'What was looked at, in a few words.' }),
    state: CheckState,
    message: z.string().meta({ description: 'What was found, naming the object.' }),
    fix: z.string().meta({ description: 'Who can mend it and how; empty where there is nothing to do.' }),
    command: z.string().nullable().meta({ description: 'The fix as a command line to copy, where there is one.' }),
    affects: z.array(CheckedAction).meta({ description: 'What is off while the state is failed.' }),
    object: z.string().nullable().meta({ description: 'Name of the volume concerned; null: all of them.' }),
    docs: z.string().meta({ description: 'Anchor in docs/check.md.' })
  })
  .meta({ id: 'CheckFinding' });
export type CheckFinding = z.infer<typeof CheckFinding>;

const count = z.int().nonnegative();

export const CheckSummary = z
  .object({
    state: CheckState.meta({ description: 'The worst of all findings; `not-applicable` and `ok` are the least bad.' }),
    ok: count,
    warning: count,
    failed: count,
    unknown: count,
    notApplicable: count
  })
  .meta({ id: 'CheckSummary' });
export type CheckSummary = z.infer<typeof CheckSummary>;

export const CheckReport = z
  .object({
    checkedAt: Instant,
    summary: CheckSummary,
    findings: z.array(CheckFinding).meta({ description: 'Worst first.' })
  })
  .meta({ id: 'CheckReport' });
export type CheckReport = z.infer<typeof CheckReport>;
