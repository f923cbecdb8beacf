/** What a copy could not take as it was: every path, and the summary that people see. */
import type { Omission } from '../../../../contract';
import { z } from 'zod';
import { displayPath, type BytePath } from './bytePath';

/** Why something is missing or may be inconsistent, the most important first. */
export const OmissionReason = z.enum(['changed-during-copy', 'unreadable', 'special-file', 'vanished']);
export type OmissionReason = z.infer<typeof OmissionReason>;

/** One path that a copy could not take as it was. */
export interface Omitted {
  readonly path: BytePath;
  readonly reason: OmissionReason;
}

const EXAMPLES = 20;

/** Complete counts per reason, with the first few paths as examples. */
export const summarizeOmissions = (omitted: readonly Omitted[]): Omission[] =>
  OmissionReason.options.flatMap(reason => {
    const paths = omitted.filter(one => one.reason === reason).map(one => one.path);
    return paths.length === 0
      ? []
      : [{ reason, count: paths.length, examples: paths.slice(0, EXAMPLES).map(displayPath) }];
  });
