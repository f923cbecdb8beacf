/** Schedules, policies and time zone of a storage: asked for seldom, and not needed to tell mirrors. */
import type { Log } from '../../log';
import type { OntapClient } from '../../ingest/ontap/ontapClient';
import { OntapError } from '../../ingest/ontap/ontapError';
import type { OntapRelationship } from '../../ingest/ontap/ontapResources';
import { NO_SCHEDULES, type KnownSchedules } from './storageReading';

/** How long they are good for, and how soon a new name or a failure makes them be asked for again, ms. */
const GOOD_FOR_MS = 600_000;
const AGAIN_MS = 60_000;

export class KnownStorageSchedules {
  readonly #options: { readonly client: OntapClient; readonly log: Log };
  #known: KnownSchedules = NO_SCHEDULES;
  #askedAt = -Infinity;
  #failed = false;

  constructor(options: { readonly client: OntapClient; readonly log: Log }) {
    this.#options = options;
  }

  async current(items: readonly OntapRelationship[], signal: AbortSignal): Promise<KnownSchedules> {
    const age = performance.now() - this.#askedAt;
    const names = new Set(items.flatMap(({ transfer_schedule: own }) => own?.name ?? []));
    const isNew = [...names].some(name => !this.#known.schedules.has(name));
    if (age >= GOOD_FOR_MS || ((isNew || this.#failed) && age >= AGAIN_MS)) {
      this.#askedAt = performance.now();
      this.#failed = false;
      this.#known = await this.#ask(signal);
    }
    return this.#known;
  }

  async #ask(signal: AbortSignal): Promise<KnownSchedules> {
    const { client } = this.#options;
    const [schedules, policies, timeZone] = await Promise.all([
      this.#orNull(client.schedules(signal)),
      this.#orNull(client.policies(signal)),
      this.#orNull(client.timeZone(signal))
    ]);
    return {
      schedules: schedules === null ? this.#known.schedules : new Map(schedules.map(one => [one.name, one])),
      ofPolicies:
        policies === null
          ? this.#known.ofPolicies
          : new Map(
              policies.flatMap(({ name, transfer_schedule: schedule }) =>
                schedule?.name ? [[name, schedule.name] as const] : []
              )
            ),
      timeZone: timeZone ?? this.#known.timeZone
    };
  }

  /** A role may allow the mirrors and not these: then what they promise is unknown. */
  async #orNull<T>(asking: Promise<T>): Promise<T | null> {
    try {
      return await asking;
    } catch (error) {
      if (!(error instanceof OntapError)) {
        throw error;
      }
      this.#failed = true;
      this.#options.log.debug({ storage: this.#options.client.name, err: error }, 'schedules are not told');
      return null;
    }
  }
}
