/**
 * Updates that were asked for here, each mirror’s last: which transfer it is, and how it goes. Kept in memory: after a
 * restart of the controller none is known, which is told as such.
 */
import type { MirrorUpdate } from '../../../../contract';
import { isInFlight } from '../../ingest/ontap/ontapResources';
import type { MirrorReading } from './storageReading';

/** After this time without a trace of its transfer it is not known any more how it went, ms. */
const TRACE_MS = 30_000;
/** Updates that are remembered. */
const MOST = 2_000;

/** Before the id of an update of which ONTAP has not told the transfer’s. */
export const UNNAMED = 'asked-';

export interface AskedUpdate {
  readonly id: string;
  readonly askedAt: Date;
  readonly alreadyRunning: boolean;
  /** End of the transfer before, in ONTAP’s own writing. */
  readonly endBefore: string | null;
  /** null: it is under way. */
  readonly ended: Pick<MirrorUpdate, 'state' | 'endedAt' | 'reasons'> | null;
}

export class AskedUpdates {
  readonly #byMirror = new Map<string, AskedUpdate>();

  get(uuid: string): AskedUpdate | null {
    return this.#byMirror.get(uuid) ?? null;
  }

  asked(uuid: string, update: AskedUpdate): void {
    this.#byMirror.delete(uuid);
    this.#byMirror.set(uuid, update);
    const [oldest] = this.#byMirror.size > MOST ? this.#byMirror.keys() : [];
    if (oldest !== undefined) {
      this.#byMirror.delete(oldest);
    }
  }

  /** Follows them in what ONTAP tells now. `endOf`: a time of ONTAP’s by the controller’s clock. */
  look(mirrors: ReadonlyMap<string, MirrorReading>, endOf: (told: string | null) => Date | null): void {
    for (const [uuid, update] of this.#byMirror) {
      const mirror = mirrors.get(uuid);
      const next = mirror === undefined ? null : followed(update, mirror, endOf);
      if (next === null) {
        this.#byMirror.delete(uuid);
      } else {
        this.#byMirror.set(uuid, next);
      }
    }
  }
}

const OUTCOMES: Readonly<Record<string, MirrorUpdate['state']>> = {
  success: 'succeeded',
  failed: 'failed',
  aborted: 'cancelled',
  hard_aborted: 'cancelled'
};

/** null: nothing tells how it went. Pure. */
export function followed(
  update: AskedUpdate,
  { relationship, askedAt }: MirrorReading,
  endOf: (told: string | null) => Date | null
): AskedUpdate | null {
  if (update.ended !== null) {
    return update;
  }
  if (isInFlight(relationship)) {
    const uuid = relationship.transfer?.uuid;
    return update.id.startsWith(UNNAMED) && uuid ? { ...update, id: uuid } : update;
  }
  const { state, end_time: end = null } = relationship.transfer ?? {};
  const outcome = OUTCOMES[state ?? ''];
  if (outcome === undefined || end === update.endBefore) {
    return askedAt.getTime() - update.askedAt.getTime() > TRACE_MS ? null : update;
  }
  const info = relationship.transfer?.error_info;
  const reasons = outcome === 'succeeded' || !info ? [] : [{ message: info.message, code: info.code ?? null }];
  return { ...update, ended: { state: outcome, endedAt: endOf(end)?.toISOString() ?? null, reasons } };
}
