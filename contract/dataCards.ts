/** Data cards: what is known of the data that a model version, or a run, was made with. */
import { z } from 'zod';
import { LineageRun, LinkedSnapshot, ModelVersionRef, SnapshotNow } from './lineage';
import { Instant } from './primitives';

/** A name and a value as MLflow has them. */
export const NamedValue = z.object({ key: z.string(), value: z.string() }).meta({ id: 'NamedValue' });
export type NamedValue = z.infer<typeof NamedValue>;

export const DataCard = z
  .object({
    subject: z.string().meta({ description: 'In words, for example `churn, version 3`.' }),
    version: ModelVersionRef.nullable().meta({ description: 'null: the card is of a run alone.' }),
    registeredAt: Instant.nullable(),
    run: LineageRun.nullable().meta({ description: 'null: the version tells no run.' }),
    notebook: z.string().nullable().meta({ description: 'As the run tells it.' }),
    data: z.array(
      z.object({
        link: LinkedSnapshot,
        now: SnapshotNow,
        snapshot: z
          .object({
            title: z.string().nullable(),
            createdBy: z.string().nullable(),
            createdAt: Instant,
            omitted: z.int().nonnegative().meta({ description: 'Files that it could not take as they were.' })
          })
          .nullable()
          .meta({ description: 'The very snapshot, by uid; null: it is not here.' })
      })
    ),
    people: z.array(z.object({ name: z.string(), did: z.string() })).meta({ description: 'As far as they are named.' }),
    parameters: z.array(NamedValue),
    metrics: z.array(NamedValue),
    missing: z
      .array(z.string())
      .meta({ description: 'What does not exist any more, can’t be told or was never written down.' }),
    asOf: Instant,
    markdown: z.string().meta({ description: 'All of it as a document.' })
  })
  .meta({ id: 'DataCard' });
export type DataCard = z.infer<typeof DataCard>;
