/** Status: who answers, what it can do, or why it can't and what mends that. */
import { z } from 'zod';
import { CheckSummary } from './check';
import { Capability, Instant } from './primitives';
import { Problem } from './problem';

/** Clients and servers of one major version understand each other. */
export const API_MAJOR = 1;
/** Grows when something is added. */
export const API_MINOR = 0;

/** A thing that is wrong but does not stop the rest, for example a quarantined record. */
export const Notice = z
  .object({ code: z.string(), message: z.string(), fix: z.string(), object: z.string().nullable() })
  .meta({ id: 'Notice' });
export type Notice = z.infer<typeof Notice>;

export const Capabilities = z
  .object({
    snapshot: Capability,
    clone: Capability,
    restore: Capability,
    files: Capability.meta({ description: 'Copying chosen files back.' }),
    delete: Capability,
    hold: Capability
  })
  .meta({ id: 'Capabilities' });
export type Capabilities = z.infer<typeof Capabilities>;

/**
 * Whether what is told of storage is as it is now. `asOf`: until when all was known; null: storage was never read, and
 * lists are refused with the problem.
 */
export const Freshness = z
  .discriminatedUnion('current', [
    z.object({ current: z.literal(true) }),
    z.object({
      current: z.literal(false),
      problem: Problem,
      since: Instant,
      asOf: Instant.nullable(),
      retryAt: Instant.nullable().meta({ description: 'When storage is asked again; null: now.' })
    })
  ])
  .meta({ id: 'Freshness' });
export type Freshness = z.infer<typeof Freshness>;

/** The setting of the Jupyter server for snapshots that nobody asks for. */
export const AutomaticStatus = z
  .object({
    mode: z.enum(['off', 'start', 'every']).meta({
      description: '`start`: one when the server starts. `every`: one every so many hours while files change.'
    }),
    hours: z.number().positive().nullable().meta({ description: 'For `every`; else null.' }),
    keep: z.int().positive().meta({ description: 'How many of a volume are kept.' }),
    nextAt: Instant.nullable().meta({ description: 'When files are looked at next; null: not any more.' })
  })
  .meta({ id: 'AutomaticStatus' });
export type AutomaticStatus = z.infer<typeof AutomaticStatus>;

/** Where the server runs: who it belongs to there, and the pages of the platform that start other servers. */
export const Platform = z
  .object({
    kind: z.enum(['jupyterhub', 'kubeflow', 'pod']),
    label: z.string().meta({ description: 'A few words for people, for example `JupyterHub`.' }),
    user: z.string().nullable(),
    server: z
      .string()
      .nullable()
      .meta({ description: 'Name of this server among the user’s; null where it has none (the default server).' }),
    namespace: z.string().nullable().meta({ description: 'null: nothing tells it.' }),
    pod: z.string().nullable(),
    links: z
      .object({
        servers: z.string().nullable().meta({ description: 'Page that lists the user’s servers.' }),
        spawn: z
          .string()
          .nullable()
          .meta({ description: 'Page that starts this user’s default server; `/<name>` behind it, a named one.' }),
        create: z.string().nullable().meta({ description: 'Page with the form for a new server.' }),
        mount: z.string().optional().meta({
          description: 'Page that starts a server with a clone in it: `{server}` and `{clone}` stand for their names.'
        })
      })
      .meta({ description: 'Addresses for the browser, absolute or from the root of this origin; null: no such page.' })
  })
  .meta({ id: 'Platform' });
export type Platform = z.infer<typeof Platform>;

export const RunningStatus = z
  .object({
    state: z.literal('running'),
    version: z.string(),
    api: z.object({ major: z.int(), minor: z.int() }),
    provider: z.object({ kind: z.enum(['local', 'kubernetes']), label: z.string() }),
    user: z.string().nullable(),
    platform: Platform.nullable().meta({ description: 'null: no platform that Datamark knows.' }),
    capabilities: Capabilities,
    notices: z.array(Notice),
    automatic: AutomaticStatus.optional().meta({ description: 'Automatic snapshots; absent: this server makes none.' }),
    lineage: z
      .literal(true)
      .optional()
      .meta({ description: 'Something is set for MLflow here, so that lineage is worth showing; absent: nothing is.' }),
    freshness: Freshness,
    check: CheckSummary.optional().meta({ description: 'Of the preflight’s last look; absent: there was none.' }),
    node: z.string(),
    pid: z.int(),
    startedAt: Instant
  })
  .meta({ id: 'RunningStatus' });

/** Answered by the Jupyter server itself while the sidecar can't. */
export const UnavailableStatus = z
  .object({
    state: z.literal('unavailable'),
    cause: z.enum(['node-missing', 'node-too-old', 'starting', 'crashed', 'hung', 'stopped', 'bad-configuration']),
    title: z.string(),
    detail: z.string(),
    fix: z.string(),
    log: z.array(z.string()).meta({ description: 'Last lines the sidecar wrote, oldest first.' }),
    retryAt: Instant.nullable().meta({ description: 'When the next start is tried; null: on the next request.' })
  })
  .meta({ id: 'UnavailableStatus' });

export const Status = z.discriminatedUnion('state', [RunningStatus, UnavailableStatus]).meta({ id: 'Status' });
export type Status = z.infer<typeof Status>;
export type RunningStatus = z.infer<typeof RunningStatus>;
export type UnavailableStatus = z.infer<typeof UnavailableStatus>;
