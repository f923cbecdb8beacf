/**
 * Updates that were asked for here, each mirror’s last: which transfer it is, and how it goes. What was asked is stored, so
 * that a controller that starts anew goes on with it, and no key of a request begins two transfers. Without a store, or while
 * it fails, it is known as long as the controller runs.
 */
import type { MirrorUpdate } from '../../../../contract';
import { isInFlight, type OntapRelationship } from '../../ingest/ontap/ontapResources';
import { secondsOfIsoDuration } from '../../ingest/model/isoDuration';
import type { Log } from '../../log';
import type { AskedRecord, AskedUpdateStore } from './askedUpdateStore';
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
  /** Asked for before this controller began: what happened since was not seen. */
  readonly isFromStore: boolean;
  /** null: it is under way. */
  readonly ended: Pick<MirrorUpdate, 'state' | 'endedAt' | 'reasons'> | null;
}

export interface AskedUpdatesOptions {
  /** null: nothing is stored. */
  readonly store: Pick<AskedUpdateStore, 'name' | 'read' | 'add'> | null;
  readonly log: Log;
}

export class AskedUpdates {
  readonly #options: AskedUpdatesOptions;
  readonly #byMirror = new Map<string, AskedUpdate>();

  readonly #keys = new Set<string>();
  #loaded = false;

  constructor(options: AskedUpdatesOptions) {
    this.#options = options;
  }

  get(uuid: string): AskedUpdate | null {
    return this.#byMirror.get(uuid) ?? null;
  }

  /** Takes over what was stored, once. Never rejects: where that fails it is tried again. */
  async load(signal: AbortSignal): Promise<void> {
    if (this.#loaded) {
      return;
    }
    const records = await this.#stored(signal);
    this.#loaded = records !== null;
    this.#take(records ?? []);
  }

  /** Whether a request of this key was answered before, also by another controller. */
  async isAnswered(uuid: string, key: string, signal: AbortSignal): Promise<boolean> {
    if (this.#keys.has(`${uuid} ${key}`)) {
      return true;
    }
    const records = (await this.#stored(signal))?.filter(({ mirror }) => mirror === uuid) ?? [];
    if (!records.some(one => one.key === key)) {
      return false;
    }
    this.#take(records);
    return true;
  }

  /** Never rejects: the transfer runs, whether that can be stored or not. `key`: of the request. */
  async asked(uuid: string, update: AskedUpdate, key: string | null, signal: AbortSignal): Promise<void> {
    this.#put(uuid, update);
    await this.answered(uuid, update, key, signal);
  }

  /** The request of this key was answered with an update that is known. */
  async answered(uuid: string, update: AskedUpdate, key: string | null, signal: AbortSignal): Promise<void> {
    this.#note(uuid, key);
    const { store, log } = this.#options;
    const { id, askedAt, alreadyRunning, endBefore } = update;
    const record = { mirror: uuid, key, id, askedAt: askedAt.toISOString(), alreadyRunning, endBefore };
    try {
      await store?.add(record, signal);
    } catch (error) {
      log.warn({ err: error, configMap: store?.name, mirror: uuid }, 'an update that was asked for can’t be stored');
    }
  }

  /** What this controller has seen itself counts more. */
  #take(records: readonly AskedRecord[]): void {
    const unseen = records.filter(({ mirror }) => this.#byMirror.get(mirror)?.isFromStore !== false);
    for (const { mirror, key, askedAt, ...told } of unseen) {
      this.#note(mirror, key);
      this.#put(mirror, { ...told, askedAt: new Date(askedAt), isFromStore: true, ended: null });
    }
  }

  async #stored(signal: AbortSignal): Promise<AskedRecord[] | null> {
    const { store, log } = this.#options;
    try {
      return (await store?.read(signal)) ?? [];
    } catch (error) {
      if (!signal.aborted) {
        log.warn({ err: error, configMap: store?.name }, 'updates that were asked for can’t be read');
      }
      return null;
    }
  }

  #note(uuid: string, key: string | null): void {
    if (key !== null) {
      this.#keys.add(`${uuid} ${key}`);
      const [oldest] = this.#keys.size > MOST ? this.#keys : [];
      this.#keys.delete(oldest ?? '');
    }
  }

  #put(uuid: string, update: AskedUpdate): void {
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
    if (uuid && uuid !== update.id && (update.isFromStore || !update.id.startsWith(UNNAMED))) {
      // Another one has begun since.
      return null;
    }
    return update.id.startsWith(UNNAMED) && uuid ? { ...update, id: uuid } : update;
  }
  const { state, end_time: end = null } = relationship.transfer ?? {};
  const outcome = OUTCOMES[state ?? ''];
  if (outcome === undefined || end === update.endBefore) {
    return askedAt.getTime() - update.askedAt.getTime() > TRACE_MS ? null : update;
  }
  if (update.isFromStore && !isOfThen(update, endOf(end), relationship.transfer?.total_duration)) {
    return null;
  }
  const reasons = outcome === 'succeeded' ? [] : reasonsOf(relationship, outcome);
  return { ...update, ended: { state: outcome, endedAt: endOf(end)?.toISOString() ?? null, reasons } };
}

/** The transfer’s own where it is told; else why ONTAP holds the mirror unhealthy now that it has failed. */
function reasonsOf(
  { transfer, unhealthy_reason: unhealthy }: OntapRelationship,
  outcome: MirrorUpdate['state']
): MirrorUpdate['reasons'] {
  const own = transfer?.error_info ? [transfer.error_info] : [];
  const told = own.length === 0 && outcome === 'failed' ? (unhealthy ?? []) : own;
  return told.map(({ message, code }) => ({ message, code: code ?? null }));
}

/** Whether a transfer had begun when it was asked for: while nobody looked, others may have come after it. */
function isOfThen({ askedAt }: AskedUpdate, end: Date | null, duration: string | null | undefined): boolean {
  const seconds = secondsOfIsoDuration(duration);
  return end !== null && seconds !== null && end.getTime() - seconds * 1000 <= askedAt.getTime() + TRACE_MS;
}
