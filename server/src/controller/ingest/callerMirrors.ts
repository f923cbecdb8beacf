/** The mirrors that a caller is shown: those into the volumes that its pod mounts, and no others. */
import type { Problem } from '../../../../contract';
import type { ToldMirror, ToldMirrors } from '../../ingest/controllerWire';
import { OntapError } from '../../ingest/ontap/ontapError';
import type { Log } from '../../log';
import type { Caller } from './callers';
import type { ClaimDestination, ClaimDestinations } from './claimDestinations';
import type { IngestMetrics } from './ingestMetrics';
import type { MirrorAccess } from './mirrorAccess';
import type { Polled } from './sharedPoll';
import type { StorageMirrors } from './storageMirrors';
import type { StorageReading } from './storageReading';
import { storageProblem } from './storageProblem';

export interface CallerMirrorsOptions {
  readonly storages: readonly StorageMirrors[];
  readonly destinations: ClaimDestinations;
  readonly access: MirrorAccess;
  readonly metrics: IngestMetrics;
  readonly log: Log;
  readonly clock: () => Date;
}

/** A mirror of the caller’s. */
export interface FoundMirror {
  readonly storage: StorageMirrors;
  readonly uuid: string;
  readonly claim: string;
}

interface ReadStorage {
  readonly storage: StorageMirrors;
  readonly polled: Polled<StorageReading>;
}

interface WantedMirror {
  readonly claim: string;
  readonly destination: ClaimDestination;
}

interface Joined {
  readonly found: readonly FoundMirror[];
  /** Storages that have a mirror of the caller’s, or could have one. */
  readonly concerned: readonly ReadStorage[];
}

export class CallerMirrors {
  readonly #options: CallerMirrorsOptions;

  constructor(options: CallerMirrorsOptions) {
    this.#options = options;
  }

  /** Throws KubernetesError. What a storage does not tell is in `problem`; mirrors of the others are told all the same. */
  async list(caller: Caller, anew: boolean): Promise<ToldMirrors> {
    const { found, concerned } = await this.#join(caller, anew);
    const told = await Promise.all(found.map(one => this.tell(caller, one)));
    const items = told.filter(one => one !== null).sort((a, b) => (a.to < b.to ? -1 : 1));
    return { items, ...sourceOf(concerned), now: this.#options.clock().toISOString() };
  }

  /** As `list`, once a transfer of the caller’s has ended: at once where none is under way, with the signal at the latest. */
  async afterTransfer(caller: Caller, signal: AbortSignal): Promise<ToldMirrors> {
    const { found } = await this.#join(caller, false);
    const running = found.filter(({ storage, uuid }) => storage.isUnderWay(uuid));
    if (running.length > 0) {
      const first = new AbortController();
      const either = AbortSignal.any([signal, first.signal]);
      await Promise.race(running.map(({ storage, uuid }) => storage.transfers.over(uuid, either)));
      first.abort();
    }
    return this.list(caller, false);
  }

  /** The caller’s mirror of that id; null: there is none. */
  async find(caller: Caller, uuid: string): Promise<FoundMirror | null> {
    return (await this.#join(caller, false)).found.find(one => one.uuid === uuid) ?? null;
  }

  async tell(caller: Caller, { storage, uuid, claim }: FoundMirror): Promise<ToldMirror | null> {
    return storage.told(uuid, claim, await this.#options.access.rights(caller, claim));
  }

  async #join({ namespace, claims, pod }: Caller, anew: boolean): Promise<Joined> {
    const { destinations, storages } = this.#options;
    const named = await Promise.all(
      claims.map(async claim => ({ claim, destination: await destinations.of(namespace, claim, pod.uid) }))
    );
    const wanted = named.flatMap(({ claim, destination }) => (destination === null ? [] : [{ claim, destination }]));
    if (wanted.length === 0) {
      // Nothing of a storage is this caller’s, so none is asked.
      return { found: [], concerned: [] };
    }
    await this.#ask(wanted, anew);
    const read = storages.map(storage => ({ storage, polled: storage.known }));
    const found = wanted.flatMap(({ claim, destination }) => this.#only(claim, destination, read, namespace));
    const isComplete = found.length === wanted.length;
    const concerned = read.filter(
      ({ storage, polled }) => found.some(one => one.storage === storage) || (!isComplete && polled.value === null)
    );
    return { found, concerned };
  }

  /**
   * Asks those that are known to hold a destination of the caller’s; the others only where one is not found there, and no
   * longer than until it is: one that does not answer keeps nobody waiting who has nothing there.
   */
  async #ask(wanted: readonly WantedMirror[], anew: boolean): Promise<void> {
    const { storages } = this.#options;
    const holders = storages.filter(storage =>
      wanted.some(({ destination }) => uuidsIn(storage, destination).length > 0)
    );
    await Promise.all(holders.map(storage => storage.read(anew)));
    if (!this.#isFound(wanted)) {
      const others = storages.filter(storage => !holders.includes(storage));
      const reads = others.map(async storage => {
        await storage.read(anew);
        if (!this.#isFound(wanted)) {
          throw new Error('Another one may hold it.');
        }
      });
      await Promise.any(reads).catch(() => undefined);
    }
  }

  /** A volume of which only the name is known is found only once every storage has told. */
  #isFound(wanted: readonly WantedMirror[]): boolean {
    const { storages } = this.#options;
    const allTold = storages.every(({ known }) => known.value !== null);
    return wanted.every(
      ({ destination }) =>
        (destination.kind === 'path' || allTold) && storages.some(one => uuidsIn(one, destination).length > 0)
    );
  }

  /** The one mirror that it can be; none where it could be several, or where a storage has never told. */
  #only(claim: string, destination: ClaimDestination, read: readonly ReadStorage[], namespace: string): FoundMirror[] {
    const found = read.flatMap(({ storage }) => uuidsIn(storage, destination).map(uuid => ({ storage, uuid, claim })));
    const [only] = found;
    if (found.length > 1) {
      const { metrics, log } = this.#options;
      metrics.ambiguous += 1;
      log.warn({ namespace, claim, mirrors: found.length }, 'several mirrors could be this claim’s; none is shown');
      return [];
    }
    const isCertain = destination.kind === 'path' || read.every(({ polled }) => polled.value !== null);
    return only === undefined || !isCertain ? [] : [only];
  }
}

/** Of the storages that concern the caller: why one does not answer, and how old the oldest answer is. */
function sourceOf(concerned: readonly ReadStorage[]): { asOf: string | null; problem: Problem | null } {
  const failing = concerned.filter(
    ({ polled, storage }) => polled.error !== null || polled.value === null || storage.isOld(polled.value)
  );
  const [worst = null] = [...failing.filter(({ polled }) => polled.value === null), ...failing];
  const told = (worst === null ? concerned : [worst]).flatMap(
    ({ polled }) => polled.value?.askedAt.toISOString() ?? []
  );
  return {
    asOf: told.sort()[0] ?? null,
    problem:
      worst === null ? null : storageProblem(worst.polled.error ?? notYet(worst.storage.name), worst.storage.name)
  };
}

/** As the storage told last. */
function uuidsIn({ known }: StorageMirrors, { kind, name }: ClaimDestination): readonly string[] {
  const index = kind === 'path' ? known.value?.byDestination : known.value?.byVolume;
  return index?.get(name) ?? [];
}

const notYet = (storage: string): OntapError => new OntapError('timeout', `${storage} has not answered yet.`);
