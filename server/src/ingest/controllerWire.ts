/**
 * What `datamark-controller` tells a server of the mirrors in ONTAP, over HTTPS below `/v1`: the server sends the token of its
 * pod (audience `datamark`), and is told the mirrors of claims that this pod mounts, and no others.
 *
 *   GET    /v1/mirrors[?anew=true]         ToldMirrors
 *   GET    /v1/mirrors?wait=transfer       ToldMirrors, once a transfer has ended: after 8 s at the latest, at once where none runs
 *   POST   /v1/mirrors/:uuid/update        202 ToldMirror; one that runs already is told as it is
 *                                          With an Idempotency-Key, one transfer for a key within a day
 *   DELETE /v1/mirrors/:uuid/update        202 ToldMirror
 *   POST   /v1/mirrors/:uuid/promote       ConfirmTold, 202 ToldMirror
 *   POST   /v1/mirrors/:uuid/resync        ConfirmTold, 202 ToldMirror
 *
 * Errors are problem documents as in the contract.
 */
import { z } from 'zod';
import {
  ArrivedData,
  Capability,
  Instant,
  LastTransfer,
  MirrorHealth,
  MirrorSchedule,
  MirrorUpdate,
  Problem,
  RunningTransfer,
  SeenTransfers
} from '../../../contract';

export const ToldMirror = z.object({
  uuid: z.string().regex(/^[0-9a-f-]{36}$/),
  /** Claim in the namespace of the caller. */
  claim: z.string(),
  /** `svm:volume`. */
  from: z.string().nullable(),
  to: z.string(),
  /** ONTAP’s own word. */
  state: z.string().nullable(),
  health: MirrorHealth,
  data: ArrivedData,
  policy: z.object({ name: z.string(), type: z.string().nullable() }).nullable(),
  schedule: MirrorSchedule.nullable(),
  lastTransfer: LastTransfer.nullable(),
  transfer: RunningTransfer.nullable(),
  update: MirrorUpdate.nullable(),
  seen: SeenTransfers.nullable(),
  can: z.object({ update: Capability, promote: Capability, resync: Capability }),
  /** When ONTAP was asked. */
  asOf: Instant
});
export type ToldMirror = z.infer<typeof ToldMirror>;

export const ToldMirrors = z.object({
  items: z.array(ToldMirror),
  /** When ONTAP last answered; null: it never has, or is not asked because none of its mirrors can be the caller’s. */
  asOf: Instant.nullable(),
  /** Why it does not answer now; null: it does. */
  problem: Problem.nullable(),
  now: Instant
});
export type ToldMirrors = z.infer<typeof ToldMirrors>;

/** What the person saw when they said yes; ONTAP’s own word. */
export const ConfirmTold = z.object({ state: z.string().nullable() });
export type ConfirmTold = z.infer<typeof ConfirmTold>;
