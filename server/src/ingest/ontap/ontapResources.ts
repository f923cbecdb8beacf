/**
 * What is read of ONTAP’s objects; all else is dropped at the border. Fields, states and which of them may be missing are those
 * of ONTAP’s published REST reference (snapmirror_relationship, snapmirror_transfer, snapmirror_policy, schedule, job).
 */
import { z } from 'zod';

const Text = z.string().nullish();
const Count = z.number().nonnegative().nullish();

/** ONTAP’s words for why, with a code that is a string or a number. */
const Reason = z.object({
  message: z.string().default(''),
  code: z.union([z.string(), z.number()]).transform(String).nullish()
});

const Transfer = z.object({
  /** Of one that is under way. */
  uuid: Text,
  state: Text,
  type: Text,
  bytes_transferred: Count,
  /** ISO 8601. */
  total_duration: Text,
  end_time: Text,
  last_updated_time: Text,
  error_info: Reason.nullish()
});
export type OntapTransfer = z.infer<typeof Transfer>;

/** GET /snapmirror/relationships/{uuid} with RELATIONSHIP_FIELDS. */
export const OntapRelationship = z.object({
  uuid: z.string().regex(/^[0-9a-f-]{36}$/),
  source: z.object({ path: Text }).nullish(),
  destination: z.object({ path: Text }).nullish(),
  state: Text,
  healthy: z.boolean().nullish(),
  unhealthy_reason: z.array(Reason).nullish(),
  /** ISO 8601. */
  lag_time: Text,
  exported_snapshot: Text,
  last_transfer_type: Text,
  transfer: Transfer.nullish(),
  total_transfer_bytes: Count,
  policy: z.object({ name: Text, type: Text }).nullish(),
  transfer_schedule: z.object({ name: Text }).nullish()
});
export type OntapRelationship = z.infer<typeof OntapRelationship>;

/** Asked for by name: without it ONTAP tells identifiers alone, and some fields cost it a lot. */
export const RELATIONSHIP_FIELDS = [
  'uuid',
  'source.path',
  'destination.path',
  'state',
  'healthy',
  'unhealthy_reason',
  'lag_time',
  'exported_snapshot',
  'last_transfer_type',
  'transfer',
  'total_transfer_bytes',
  'policy.name',
  'policy.type',
  'transfer_schedule.name'
].join(',');

export const OntapPolicy = z.object({
  name: z.string(),
  type: Text,
  transfer_schedule: z.object({ name: Text }).nullish()
});
export type OntapPolicy = z.infer<typeof OntapPolicy>;

const Numbers = z
  .array(z.int())
  .nullish()
  .transform(numbers => numbers ?? undefined);

export const OntapSchedule = z.object({
  name: z.string(),
  type: Text,
  /** ISO 8601. */
  interval: Text,
  cron: z.object({ minutes: Numbers, hours: Numbers, days: Numbers, months: Numbers, weekdays: Numbers }).nullish()
});
export type OntapSchedule = z.infer<typeof OntapSchedule>;

/** A transfer of the collection of its relationship. */
export const OntapTransferRecord = Transfer.extend({ uuid: z.string() });
export type OntapTransferRecord = z.infer<typeof OntapTransferRecord>;

export const TRANSFER_FIELDS = 'uuid,state,bytes_transferred,total_duration,end_time,last_updated_time,error_info';

export const OntapJob = z.object({
  uuid: z.string(),
  state: z.string(),
  message: Text,
  code: z.union([z.string(), z.number()]).transform(String).nullish(),
  error: Reason.nullish()
});
export type OntapJob = z.infer<typeof OntapJob>;

/** Answer to a change that a job carries out. */
export const JobStarted = z.object({ job: z.object({ uuid: z.string() }).nullish() });

export const OntapCluster = z.object({ timezone: z.object({ name: Text }).nullish() });

const Links = z.object({ next: z.object({ href: z.string() }).nullish() }).nullish();

/** A page of a collection. */
export const pageOf = <T extends z.ZodType>(
  record: T
): z.ZodType<{ records: z.infer<T>[]; _links?: z.infer<typeof Links> }> =>
  z.preprocess(withRecords, z.object({ records: z.array(record), _links: Links })) as z.ZodType<{
    records: z.infer<T>[];
    _links?: z.infer<typeof Links>;
  }>;

const NoRecords = z.looseObject({ num_records: z.literal(0) });

/** An empty list may leave its records out; whatever else has none is no list, and tells nothing of what there is. */
function withRecords(document: unknown): unknown {
  const none = NoRecords.safeParse(document);
  return none.success ? { records: [], ...none.data } : document;
}

/** States of a transfer that is not over. */
const IN_FLIGHT: readonly string[] = ['queued', 'transferring'];

export const isInFlight = ({ transfer }: Pick<OntapRelationship, 'transfer'>): boolean =>
  IN_FLIGHT.includes(transfer?.state ?? '');
