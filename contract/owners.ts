/** What each owner's snapshots come to: for administrators, who may list those of everybody. */
import { z } from 'zod';
import { Instant, Size } from './primitives';

/** Snapshots that Datamark made in one namespace for one owner. */
export const OwnerTotals = z
  .object({
    namespace: z.string(),
    owner: z.string().nullable().meta({ description: 'Value of the label `owner`; null: it has none.' }),
    snapshots: z.int().nonnegative(),
    automatic: z.int().nonnegative(),
    held: z.int().nonnegative(),
    notReady: z.int().nonnegative(),
    oldest: Instant,
    newest: Instant,
    restoreSize: Size.meta({ description: 'Bytes that restoring all of them would write. Never called used.' })
  })
  .meta({ id: 'OwnerTotals' });
export type OwnerTotals = z.infer<typeof OwnerTotals>;

/** Most snapshots first. `refused`: namespaces whose snapshots the account may not list. */
export const OwnerList = z
  .object({
    server: z.string(),
    asOf: Instant,
    namespaces: z.array(z.string()).nullable().meta({ description: 'null: all of the cluster.' }),
    refused: z.array(z.string()),
    snapshots: z.int().nonnegative(),
    items: z.array(OwnerTotals)
  })
  .meta({ id: 'OwnerList' });
export type OwnerList = z.infer<typeof OwnerList>;
