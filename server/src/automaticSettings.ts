/** The part of the configuration that says whether and when snapshots are made without being asked for. */
import { z } from 'zod';

const HOUR_MS = 3_600_000;

export const AutomaticSettings = z.object({
  /** `start`: one when the Jupyter server starts. `every`: one each `everyMs` while files change. */
  mode: z.enum(['off', 'start', 'every']).default('off'),
  everyMs: z
    .int()
    .min(100)
    .default(6 * HOUR_MS),
  /** How many automatic snapshots of a volume are kept. */
  keep: z.int().min(1).max(1000).default(10),
  /** When the Jupyter server started, which may be long before this process; null: when this process did. */
  serverStartedAt: z.iso.datetime().nullable().default(null)
});
export type AutomaticSettings = z.infer<typeof AutomaticSettings>;
