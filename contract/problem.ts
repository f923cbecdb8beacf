/**
 * Errors as answers (RFC 9457): one shape in the panel, the magics and the command line.
 * The catalogue of types is closed, so that a client can act on `type` and never on words.
 */
import { z } from 'zod';

/** Every problem type, with its HTTP status and its title. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  forbidden: { status: 403, title: 'You may not do this' },
  'login-needed': { status: 403, title: 'You are not logged in' },
  'volume-not-found': { status: 404, title: 'Volume not found' },
  'snapshot-not-found': { status: 404, title: 'Snapshot not found' },
  'clone-not-found': { status: 404, title: 'Clone not found' },
  'restore-not-found': { status: 404, title: 'Restore not found' },
  'operation-not-found': { status: 404, title: 'Operation not found' },
  'mirror-not-found': { status: 404, title: 'Mirror not found' },
  'run-not-found': { status: 404, title: 'Run or model version not found' },
  'route-not-found': { status: 404, title: 'No such address' },
  'method-not-allowed': { status: 405, title: 'Not possible at this address' },
  'operation-in-progress': { status: 409, title: 'Something is running on this volume' },
  'object-changed': { status: 409, title: 'The object has changed since' },
  'already-exists': { status: 409, title: 'The name is taken' },
  'not-ready': { status: 409, title: 'Not ready yet' },
  'snapshot-held': { status: 409, title: 'The snapshot is held' },
  'snapshot-linked': { status: 409, title: 'Runs or models depend on the snapshot' },
  'in-use': { status: 409, title: 'It is in use' },
  'restore-blocked': { status: 409, title: 'The volume can’t be restored yet' },
  'plan-expired': { status: 409, title: 'The plan has expired' },
  'data-too-old': { status: 409, title: 'The data is older than allowed' },
  'data-age-unknown': { status: 409, title: 'The age of the data is not known' },
  'nothing-to-undo': { status: 409, title: 'Nothing to undo' },
  'not-cancellable': { status: 409, title: 'It can’t be cancelled' },
  'not-supported': { status: 409, title: 'Not possible here' },
  'mlflow-not-set-up': { status: 409, title: 'MLflow is not set up' },
  'mlflow-refused': { status: 409, title: 'MLflow refused it' },
  'request-too-large': { status: 413, title: 'The request is too large' },
  'store-locked': { status: 423, title: 'Another server works on this volume' },
  interrupted: { status: 500, title: 'It was interrupted' },
  cancelled: { status: 409, title: 'It was cancelled' },
  'file-changed': { status: 500, title: 'Files changed during the copy' },
  'file-unreadable': { status: 500, title: 'A file can’t be read' },
  'store-corrupt': { status: 500, title: 'A record can’t be read' },
  'verification-failed': { status: 500, title: 'The copy does not match' },
  internal: { status: 500, title: 'Something failed inside Datamark' },
  'quota-exceeded': { status: 403, title: 'A quota is used up' },
  'policy-denied': { status: 403, title: 'A rule of the cluster forbids it' },
  'cluster-refused': { status: 409, title: 'The cluster refused it' },
  'storage-failed': { status: 500, title: 'The storage failed' },
  'disk-full': { status: 507, title: 'The disk is full' },
  'read-only-file-system': { status: 409, title: 'The file system is read-only' },
  starting: { status: 503, title: 'Datamark is starting' },
  'token-refused': { status: 503, title: 'The cluster does not know this server' },
  'cluster-busy': { status: 503, title: 'The cluster asks to wait' },
  'storage-unreachable': { status: 503, title: 'The storage does not answer' },
  'mlflow-unreachable': { status: 503, title: 'MLflow does not answer' },
  'controller-unreachable': { status: 503, title: 'The controller of Datamark does not answer' },
  'sidecar-unavailable': { status: 503, title: 'Datamark is not running' },
  'sidecar-timeout': { status: 504, title: 'Datamark does not answer' }
} as const;

/** A problem's type without its prefix, for example `volume-not-found`. */
export type ProblemSlug = keyof typeof PROBLEMS;

const PREFIX = 'https://datamark.github.io/problems/';

/** The URI of a problem type, as it stands in `type`. */
export const problemType = (slug: ProblemSlug): string => PREFIX + slug;

/** The slug in a problem's `type`, or null for a type of somebody else. */
export const problemSlug = (type: string): ProblemSlug | null => {
  const slug = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : '';
  return Object.hasOwn(PROBLEMS, slug) ? (slug as ProblemSlug) : null;
};

/** One thing that stands in the way: what it is, and one way out. */
export const Blocker = z
  .object({
    kind: z.string().meta({ description: 'Stable word, for example `held`, `clone`, `operation`.' }),
    object: z.string().meta({ description: 'Name of the object that stands in the way.' }),
    message: z.string(),
    fix: z.string(),
    by: z.string().nullable(),
    since: z.iso.datetime().nullable(),
    link: z.string().optional().meta({ description: 'A page of MLflow that shows it.' })
  })
  .meta({ id: 'Blocker' });
export type Blocker = z.infer<typeof Blocker>;

/** RFC 9457 problem details: a stable type, a sentence, the object's name and the next step. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'One sentence a person understands, naming the object.' }),
    next: z.string().meta({ description: 'What to do now.' }),
    object: z.string().nullable().meta({ description: 'Name of the object concerned.' }),
    blockers: z.array(Blocker).optional(),
    fields: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'For invalid-request: what is wrong where.' }),
    requestId: z.string().optional()
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

/** Builds a problem of a known type. */
export function problem(
  slug: ProblemSlug,
  parts: { detail: string; next: string; object?: string | null; blockers?: Blocker[]; fields?: Problem['fields'] }
): Problem {
  const { status, title } = PROBLEMS[slug];
  const { object = null, ...rest } = parts;
  return { type: problemType(slug), title, status, object, ...rest };
}
