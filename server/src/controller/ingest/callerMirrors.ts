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

/** null: of no claim that is shown. */
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
    const read = await Promise.all(storages.map(async storage => ({ storage, polled: await storage.read(anew) })));
    const found = wanted.flatMap(({ claim, destination }) => this.#only(claim, destination, read, namespace));
    const isComplete = found.length === wanted.length;
    const concerned = read.filter(
      ({ storage, polled }) => found.some(one => one.storage === storage) || (!isComplete && polled.value === null)
    );
    return { found, concerned };
  }

  /** The one mirror that it can be; none where it could be several, or where a storage has never told. */
  #only(
    claim: string,
    { kind, name }: ClaimDestination,
    read: readonly ReadStorage[],
    namespace: string
  ): FoundMirror[] {
    const found = read.flatMap(({ storage, polled }) => {
      const index = kind === 'path' ? polled.value?.byDestination : polled.value?.byVolume;
      return (index?.get(name) ?? []).map(uuid => ({ storage, uuid, claim }));
    });
    const [only] = found;
    if (found.length > 1) {
      const { metrics, log } = this.#options;
      metrics.ambiguous += 1;
      log.warn({ namespace, claim, mirrors: found.length }, 'several mirrors could be this claim’s; none is shown');
      return [];
    }
    const isCertain = kind === 'path' || read.every(({ polled }) => polled.value !== null);
    return only === undefined || !isCertain ? [] : [only];
  }
}

/** Of the storages that concern the caller: why one does not answer, and how old the oldest answer is. */
function sourceOf(concerned: readonly ReadStorage[]): { asOf: string | null; problem: Problem | null } {
  const failing = concerned.filter(({ polled }) => polled.error !== null || polled.value === null);
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

const notYet = (storage: string): OntapError => new OntapError('timeout', `${storage} has not answered yet.`);
