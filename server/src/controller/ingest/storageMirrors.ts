/** The mirrors of one storage: one poll for all who look, what was seen of transfers, and updates that were asked for. */
import type { Log } from '../../log';
import type { MirrorSchedule } from '../../../../contract';
import type { ToldMirror } from '../../ingest/controllerWire';
import type { OntapClient } from '../../ingest/ontap/ontapClient';
import { OntapError } from '../../ingest/ontap/ontapError';
import { isInFlight, type OntapRelationship } from '../../ingest/ontap/ontapResources';
import type { KnownPauses } from '../../ingest/model/transferSchedule';
import { AskedUpdates } from './askedUpdates';
import type { AskedUpdateStore } from './askedUpdateStore';
import type { IngestMetrics } from './ingestMetrics';
import { KnownStorageSchedules } from './knownStorageSchedules';
import { capabilitiesOf, type MirrorRights } from './mirrorCapabilities';
import { SharedPoll, type Polled } from './sharedPoll';
import type { StorageHistory } from './storageHistory';
import { correctedTime, scheduleIn, storageReading, withMirror, type StorageReading } from './storageReading';
import { toldMirror } from './toldMirror';
import { WatchedTransfers } from './watchedTransfers';

/** Longest time of a poll, ms. */
const POLL_MS = 60_000;
/** Between two questions for a transfer whose end somebody waits for, ms. */
const TRANSFER_PACE_MS = 2_000;
/** Transfers under way that are asked for one by one in a poll, where the list tells too little of them. */
const MOST_DETAILS = 20;

export interface StorageMirrorsOptions {
  readonly client: OntapClient;
  readonly actions: boolean;
  readonly pollMs: number;
  /** Least time between two polls where somebody wants to know anew, ms. */
  readonly leastMs?: number;
  /** How long somebody waits for an answer, ms. */
  readonly patienceMs?: number;
  /** Between two questions for a transfer whose end somebody waits for, ms. */
  readonly transferPaceMs?: number;
  /** null: transfers are not written down. */
  readonly history: StorageHistory | null;
  /** null: updates that were asked for are not written down. */
  readonly asked?: AskedUpdateStore | null;
  /** How often transfers are looked for while nobody asks, ms. */
  readonly watchMs: number;
  readonly metrics: IngestMetrics;
  readonly log: Log;
  readonly clock: () => Date;
}

export class StorageMirrors {
  readonly updates: AskedUpdates;
  readonly transfers: WatchedTransfers;
  readonly #options: StorageMirrorsOptions;
  readonly #schedules: KnownStorageSchedules;
  readonly #poll: SharedPoll<StorageReading>;
  /** What schedules promise, within the same minute of a reading. */
  readonly #promises = new Map<string, MirrorSchedule | null>();
  readonly #pauses: KnownPauses = new WeakMap();
  readonly #shown = new Set<string>();
  #watching: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: StorageMirrorsOptions) {
    this.#options = options;
    const { client, log, metrics, pollMs, leastMs, patienceMs, transferPaceMs = TRANSFER_PACE_MS } = options;
    this.updates = new AskedUpdates({ store: options.asked ?? null, log });
    this.#schedules = new KnownStorageSchedules({ client, log });
    this.#poll = new SharedPoll({
      ask: signal => this.#askInTime(signal),
      intervalMs: pollMs,
      ...(leastMs === undefined ? {} : { leastMs }),
      ...(patienceMs === undefined ? {} : { patienceMs, firstMs: patienceMs }),
      waitAfter,
      ended: error => {
        metrics.polled(client.name, error);
        if (error !== null) {
          log.warn({ storage: client.name, err: error }, 'a storage does not tell its mirrors');
        }
      }
    });
    this.transfers = new WatchedTransfers({
      ask: (uuid, signal) => this.askAgain(uuid, signal),
      isUnderWay: uuid => this.isUnderWay(uuid),
      waitAfter,
      paceMs: transferPaceMs
    });
  }

  get name(): string {
    return this.#options.client.name;
  }

  get client(): OntapClient {
    return this.#options.client;
  }

  /** What is known now, without asking. */
  get known(): Polled<StorageReading> {
    return this.#poll.known;
  }

  /** Whether a reading is older than a poll makes it while somebody looks: then it does not say how things are now. */
  isOld({ askedAt }: StorageReading): boolean {
    const { clock, pollMs } = this.#options;
    return clock().getTime() - askedAt.getTime() > pollMs + POLL_MS;
  }

  /** Begins to look for transfers while nobody asks, where that is wanted. */
  start(): void {
    const { history, watchMs } = this.#options;
    if (history !== null) {
      this.#watching = setTimeout(() => {
        this.#looking = this.#watch(history).finally(() => this.start());
      }, watchMs);
      this.#watching.unref();
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#watching);
    await Promise.all([this.#poll.stop(), this.transfers.stop()]);
    await this.#looking;
    clearTimeout(this.#watching);
    await this.#options.history?.stop();
    await this.#options.client.dispose();
  }

  /** Somebody looks. */
  read(anew: boolean): Promise<Polled<StorageReading>> {
    return this.#poll.read({ anew });
  }

  /** Whether a transfer runs, or one was asked for of which ONTAP tells nothing yet; as it is known. */
  isUnderWay(uuid: string): boolean {
    const mirror = this.known.value?.mirrors.get(uuid);
    return mirror !== undefined && (isInFlight(mirror.relationship) || this.updates.get(uuid)?.ended === null);
  }

  /** Asks for one mirror now and notes what is told; null: it is gone. Throws OntapError. */
  async askAgain(uuid: string, signal: AbortSignal): Promise<OntapRelationship | null> {
    const relationship = await this.#one(uuid, signal);
    this.#poll.change(reading => withMirror(reading, uuid, relationship, this.#options.clock()));
    const { value } = this.known;
    if (value !== null) {
      this.#follow(value);
    }
    return relationship;
  }

  /** A mirror as it is told to who mounts the claim; null: there is none of that id. */
  told(uuid: string, claim: string, rights: MirrorRights): ToldMirror | null {
    const reading = this.known.value;
    const mirror = reading?.mirrors.get(uuid);
    if (reading === null || mirror === undefined) {
      return null;
    }
    const { relationship } = mirror;
    const { history, actions } = this.#options;
    this.#shown.add(uuid);
    return toldMirror({
      ...{ reading, mirror, claim },
      can: capabilitiesOf({ relationship, actions, rights }),
      update: this.updates.get(uuid),
      seen: history?.shown(reading, mirror) ?? null,
      schedule: this.#promise(reading, relationship)
    });
  }

  async #one(uuid: string, signal: AbortSignal): Promise<OntapRelationship | null> {
    const { client } = this.#options;
    try {
      return await this.#detailed((await client.relationship(uuid, signal)).value, signal);
    } catch (error) {
      if (error instanceof OntapError && error.failure === 'not-found') {
        return null;
      }
      throw error;
    }
  }

  async #askInTime(stopping: AbortSignal): Promise<StorageReading> {
    const deadline = AbortSignal.timeout(POLL_MS);
    try {
      return await this.#ask(AbortSignal.any([stopping, deadline]));
    } catch (error) {
      throw deadline.aborted ? new OntapError('timeout', `${this.name} takes too long to tell its mirrors.`) : error;
    }
  }

  async #ask(signal: AbortSignal): Promise<StorageReading> {
    const { client, clock, history } = this.#options;
    await Promise.all([history?.load(), this.updates.load(signal)]);
    const { items, toldAt } = await client.relationships(signal);
    const askedAt = clock();
    const known = await this.#schedules.current(items, signal);
    const wanted = items.filter(one => this.#shown.has(one.uuid) && lacksDetail(one)).slice(0, MOST_DETAILS);
    this.#shown.clear();
    const detailed = new Map<string, OntapRelationship>();
    for (const one of wanted) {
      detailed.set(one.uuid, await this.#detailed(one, signal));
    }
    const all = items.map(one => detailed.get(one.uuid) ?? one);
    const reading = storageReading({ items: all, askedAt, toldAt }, this.known.value, known);
    this.#follow(reading);
    history?.look(reading);
    return reading;
  }

  /** With what the transfer under way tells of itself; what can’t be asked stays unknown. */
  async #detailed(relationship: OntapRelationship, signal: AbortSignal): Promise<OntapRelationship> {
    if (!lacksDetail(relationship)) {
      return relationship;
    }
    try {
      const transfers = await this.#options.client.transfers(relationship.uuid, signal);
      const running = transfers.find(transfer => isInFlight({ transfer }));
      return running === undefined
        ? relationship
        : { ...relationship, transfer: { ...relationship.transfer, ...running } };
    } catch (error) {
      if (!(error instanceof OntapError)) {
        throw error;
      }
      return relationship;
    }
  }

  #follow(reading: StorageReading): void {
    this.#promises.clear();
    this.updates.look(reading.mirrors, told => correctedTime(reading, told));
  }

  #promise(reading: StorageReading, relationship: OntapRelationship): MirrorSchedule | null {
    const now = this.#options.clock();
    const { policy, state, transfer_schedule: own, transfer } = relationship;
    const parts = [state, own?.name, policy?.name, transfer?.end_time, Math.floor(now.getTime() / 60_000)];
    const key = JSON.stringify(parts);
    const known = this.#promises.get(key);
    if (known !== undefined) {
      return known;
    }
    const promise = scheduleIn(reading, relationship, { now, pauses: this.#pauses });
    this.#promises.set(key, promise);
    return promise;
  }

  /** Never rejects. */
  async #watch(history: StorageHistory): Promise<void> {
    await history.load();
    if (!history.isEmpty) {
      await this.#poll.look(this.#options.watchMs);
    }
  }
}

const waitAfter = (error: unknown): number | null => (error instanceof OntapError ? error.retryAfterMs : null);

const lacksDetail = (relationship: OntapRelationship): boolean =>
  isInFlight(relationship) &&
  !(relationship.transfer?.uuid && typeof relationship.transfer.bytes_transferred === 'number');
