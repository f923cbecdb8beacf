/** What Datamark asks of an ONTAP: relationships with all their fields in few pages, transfers, and changes that jobs carry out. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { backupField } from '../model/backupRelationship';
import { OntapConnection, type OntapAnswered } from './ontapConnection';
import { OntapError } from './ontapError';
import { saidWords } from './ontapFailure';
import {
  JobStarted,
  OntapCluster,
  OntapJob,
  OntapPolicy,
  OntapRelationship,
  OntapSchedule,
  OntapTransferRecord,
  pageOf,
  RELATIONSHIP_FIELDS,
  TRANSFER_FIELDS
} from './ontapResources';
import type { OntapSettings } from './ontapSettings';

/** Records of a page: 5,000 relationships in ten. */
const PAGE_SIZE = 500;
/** Pages of one list, so that links that lead in a circle end. */
const MOST_PAGES = 200;
/** Between two looks at a job, ms, and how long it is looked at. */
const JOB_PACE_MS = 500;
const JOB_DEADLINE_MS = 4_000;

const RELATIONSHIPS = '/snapmirror/relationships';
const Anything = z.looseObject({});

/** How far a change has come. */
export type OntapChange = 'done' | 'under-way';

export interface ListedRelationships {
  readonly items: OntapRelationship[];
  /** Date of the last page by the storage’s clock; null: it told none. */
  readonly toldAt: Date | null;
}

export class OntapClient {
  readonly name: string;
  readonly #connection: OntapConnection;
  readonly #jobDeadlineMs: number;

  constructor(options: { settings: OntapSettings; userAgent: string; jobDeadlineMs?: number }) {
    this.name = options.settings.name;
    this.#connection = new OntapConnection(options);
    this.#jobDeadlineMs = options.jobDeadlineMs ?? JOB_DEADLINE_MS;
  }

  /** Those whose destination is here, without the backups of FSx. */
  async relationships(signal?: AbortSignal): Promise<ListedRelationships> {
    try {
      const { items, toldAt } = await this.#list(RELATIONSHIPS, RELATIONSHIP_FIELDS, OntapRelationship, signal);
      return { items: items.filter(isOfVolumes), toldAt };
    } catch (error) {
      throw error instanceof OntapError && error.failure === 'not-found' ? this.#noList(error) : error;
    }
  }

  /** Throws OntapError `not-found` where it is gone. */
  async relationship(uuid: string, signal?: AbortSignal): Promise<OntapAnswered<OntapRelationship>> {
    const query = { fields: RELATIONSHIP_FIELDS };
    return this.#connection.call({ path: `${RELATIONSHIPS}/${uuid}`, query, schema: OntapRelationship, signal });
  }

  async policies(signal?: AbortSignal): Promise<OntapPolicy[]> {
    const fields = 'name,type,transfer_schedule.name';
    return (await this.#list('/snapmirror/policies', fields, OntapPolicy, signal)).items;
  }

  async schedules(signal?: AbortSignal): Promise<OntapSchedule[]> {
    return (await this.#list('/cluster/schedules', 'name,type,interval,cron', OntapSchedule, signal)).items;
  }

  /** Zone that cron schedules go by, for example `Europe/Berlin`; null: not told. */
  async timeZone(signal?: AbortSignal): Promise<string | null> {
    const query = { fields: 'timezone' };
    const { value } = await this.#connection.call({ path: '/cluster', query, schema: OntapCluster, signal });
    return value.timezone?.name ?? null;
  }

  /** Those that ONTAP tells of one relationship: under way, or over a moment ago. */
  async transfers(uuid: string, signal?: AbortSignal): Promise<OntapTransferRecord[]> {
    return (await this.#list(`${RELATIONSHIPS}/${uuid}/transfers`, TRANSFER_FIELDS, OntapTransferRecord, signal)).items;
  }

  /** Begins a transfer. ONTAP refuses where one is under way. */
  async startTransfer(uuid: string, signal?: AbortSignal): Promise<void> {
    const path = `${RELATIONSHIPS}/${uuid}/transfers`;
    await this.#connection.call({ method: 'POST', path, body: {}, schema: Anything, signal });
  }

  async abortTransfer(uuid: string, transfer: string, signal?: AbortSignal): Promise<void> {
    const path = `${RELATIONSHIPS}/${uuid}/transfers/${encodeURIComponent(transfer)}`;
    await this.#connection.call({ method: 'PATCH', path, body: { state: 'aborted' }, schema: Anything, signal });
  }

  /** `broken_off` breaks, `snapmirrored` or `in_sync` resyncs. Follows the job that does it for some seconds. */
  async setState(
    uuid: string,
    state: 'broken_off' | 'snapmirrored' | 'in_sync',
    signal?: AbortSignal
  ): Promise<OntapChange> {
    const call = { method: 'PATCH', path: `${RELATIONSHIPS}/${uuid}`, body: { state }, schema: JobStarted } as const;
    const { value } = await this.#connection.call({ ...call, signal });
    const job = value.job?.uuid;
    return job === undefined ? 'done' : this.#follow(job, signal);
  }

  async job(uuid: string, signal?: AbortSignal): Promise<OntapJob> {
    const query = { fields: 'state,message,code,error' };
    const path = `/cluster/jobs/${encodeURIComponent(uuid)}`;
    return (await this.#connection.call({ path, query, schema: OntapJob, signal })).value;
  }

  async dispose(): Promise<void> {
    await this.#connection.dispose();
  }

  /** Throws OntapError `job-failed` with ONTAP’s own words. */
  async #follow(uuid: string, signal?: AbortSignal): Promise<OntapChange> {
    const end = performance.now() + this.#jobDeadlineMs;
    for (;;) {
      const job = await this.#jobOrNull(uuid, signal);
      if (job === null) {
        return 'under-way';
      }
      if (job.state === 'success') {
        return 'done';
      }
      if (job.state === 'failure') {
        const told = job.error?.message || job.message || null;
        const code = job.error?.code ?? job.code ?? null;
        throw new OntapError('job-failed', `${this.name} began it, and failed.${saidWords(told, code)}`, {
          code,
          told
        });
      }
      if (performance.now() + JOB_PACE_MS > end) {
        return 'under-way';
      }
      await delay(JOB_PACE_MS, undefined, { signal });
    }
  }

  /** null: ONTAP does not tell of it, which says nothing of the change that it took on. */
  async #jobOrNull(uuid: string, signal?: AbortSignal): Promise<OntapJob | null> {
    try {
      return await this.job(uuid, signal);
    } catch (error) {
      if (error instanceof OntapError) {
        return null;
      }
      throw error;
    }
  }

  /** An ONTAP always has this list, if only an empty one. */
  #noList({ code, told }: OntapError): OntapError {
    const said = saidWords(told, code);
    const message = `What answers as ${this.name} knows no /api${RELATIONSHIPS} (404).${said}`;
    return new OntapError('unexpected-answer', message, { code, told });
  }

  async #list<T extends z.ZodType>(
    path: string,
    fields: string,
    record: T,
    signal?: AbortSignal
  ): Promise<{ items: z.infer<T>[]; toldAt: Date | null }> {
    const schema = pageOf(record);
    const items: z.infer<T>[] = [];
    const query = { fields, max_records: String(PAGE_SIZE) };
    let answer = await this.#connection.call({ path, query, schema, signal });
    for (let pages = 1; ; pages++) {
      for (const item of answer.value.records) {
        items.push(item);
      }
      const next = answer.value._links?.next?.href;
      if (next === undefined) {
        return { items, toldAt: answer.toldAt };
      }
      if (!next.startsWith(`/api${path}?`) || pages >= MOST_PAGES) {
        throw new OntapError('unexpected-answer', `${this.name} names another list as the next page of ${path}.`);
      }
      answer = await this.#connection.call({ path: next.slice('/api'.length), schema, signal });
    }
  }
}

/** With a volume as destination: backups of FSx for ONTAP show as relationships too. */
function isOfVolumes({ source, destination }: OntapRelationship): boolean {
  const destinationPath = destination?.path ?? null;
  return destinationPath !== null && backupField({ sourcePath: source?.path ?? null, destinationPath }) === null;
}
