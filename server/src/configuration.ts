/** How the sidecar is told what to do: one JSON document in the environment variable DATAMARK_CONFIG. */
import { z } from 'zod';
import { AutomaticSettings } from './automaticSettings';
import { brokenJson } from './brokenJson';
import { IngestSettings } from './ingest/ingestSettings';
import { KubernetesSettings } from './kubernetesSettings';
import { LineageSettings } from './lineage/lineageSettings';

/** Makes the local provider slow, failing or killed, for tests of everything above it. */
export const Faults = z.object({
  /** Waits this long at every journalled step, in ms. */
  slowMs: z.number().nonnegative().default(0),
  /** Fails at this step, for example `snapshot:copy`, with this error code, for example ENOSPC. */
  fail: z
    .object({ step: z.string(), code: z.string().default('EIO'), times: z.int().positive().default(1) })
    .optional(),
  /** Ends the process with SIGKILL when this step is reached for the n-th time. */
  kill: z.object({ step: z.string(), nth: z.int().positive().default(1) }).optional(),
  /** How trees are copied, whatever the file system can do. */
  method: z.enum(['reflink', 'hardlink', 'copy']).optional()
});
export type Faults = z.infer<typeof Faults>;

const General = z.object({
  /** Root directory of the Jupyter server, for paths in its file browser; null without one. */
  serverRoot: z.string().nullable().default(null),
  user: z.string().nullable().default(null),
  /** Path of the socket served, for the lock file: there other clients of the same store find it. */
  socket: z.string().nullable().default(null),
  /** Only a parent that lasts, the Jupyter server, sets it. */
  automatic: AutomaticSettings.prefault({}),
  lineage: LineageSettings.prefault({}),
  ingest: IngestSettings.prefault({}),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info')
});

/** Plain directories of this computer. */
export const LocalConfiguration = General.extend({
  provider: z.literal('local').default('local'),
  /** Directories to serve; the first is the Jupyter server's root. */
  volumes: z.array(z.object({ name: z.string().min(1).max(63).optional(), path: z.string().min(1) })).min(1),
  /** Patterns (gitignore's) of what snapshots leave out and restores leave alone. */
  exclude: z.array(z.string()).default([]),
  faults: Faults.optional()
});
export type LocalConfiguration = z.infer<typeof LocalConfiguration>;

/** The claims of a pod. */
export const KubernetesConfiguration = General.extend({
  provider: z.literal('kubernetes'),
  kubernetes: KubernetesSettings
});
export type KubernetesConfiguration = z.infer<typeof KubernetesConfiguration>;

export type Configuration = LocalConfiguration | KubernetesConfiguration;

/** A configuration that can be used, or one line that says what is wrong with it. */
export type ConfigurationResult =
  { readonly ok: true; readonly value: Configuration } | { readonly ok: false; readonly message: string };

/** Reads the text of DATAMARK_CONFIG. */
export function readConfiguration(text: string | undefined): ConfigurationResult {
  const refuse = (message: string): ConfigurationResult => ({ ok: false, message: `DATAMARK_CONFIG ${message}` });
  if (text === undefined || text.trim() === '') {
    return refuse('is not set: it takes a JSON document, for example {"volumes":[{"path":"/home/me"}]}.');
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return refuse(brokenJson(error));
  }
  const schema = providerOf(document) === 'kubernetes' ? KubernetesConfiguration : LocalConfiguration;
  const parsed = schema.safeParse(document);
  if (parsed.success) {
    return { ok: true, value: parsed.data };
  }
  const faults = parsed.error.issues.map(issue => `${issue.path.join('.') || 'document'}: ${issue.message}`);
  return refuse(`is wrong: ${faults.join('; ')}.`);
}

const providerOf = (document: unknown): unknown =>
  typeof document === 'object' && document !== null && 'provider' in document ? document.provider : undefined;
