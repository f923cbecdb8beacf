/** One watch request, from its start to its end. Whether and when there is a next one is resourceWatch.ts's. */
import { z } from 'zod';
import { answeredError, unansweredError, watchError } from './apiFailure';
import type { Connection } from './connection';
import { Deadline } from './deadline';
import { KubernetesError, type ListRequest } from './kubernetesApi';
import { readLines } from './lineReader';

const Event = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown()
});
const Versioned = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

/** How long a watch may take to open, and be silent: bookmarks come once a minute. */
export interface WatchLimits {
  readonly openMs: number;
  readonly silenceMs: number;
  /** After this time the server ends the stream by itself; each gets one to one and a half of it, in seconds. */
  readonly serverSeconds: number;
}

export interface WatchStreamOptions<T> {
  readonly connection: Connection;
  readonly server: string;
  readonly limits: WatchLimits;
  readonly request: Pick<ListRequest<T>, 'path' | 'labelSelector' | 'fieldSelector' | 'item'>;
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
  /** The server has begun to answer. */
  readonly opened: () => void;
  /** Up to where the watch has come; null for a bookmark. */
  readonly event: (
    resourceVersion: string,
    change: { readonly type: 'upserted' | 'deleted'; readonly item: T } | null
  ) => void;
}

/** Resolves when the server has ended the stream; rejects with KubernetesError when it broke. */
export async function followWatch<T>(options: WatchStreamOptions<T>): Promise<void> {
  const { connection, server, limits, request, signal } = options;
  using deadline = new Deadline(limits.openMs, signal);
  let isOpen = false;
  try {
    const answer = await connection.send({
      path: request.path,
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: options.resourceVersion,
        timeoutSeconds: Math.round(limits.serverSeconds * (1 + Math.random() / 2)),
        labelSelector: request.labelSelector,
        fieldSelector: request.fieldSelector
      },
      signal: deadline.signal
    });
    if (answer.statusCode !== 200) {
      throw answeredError(answer.statusCode, answer.headers, await answer.body.text());
    }
    isOpen = true;
    deadline.restart(limits.silenceMs);
    options.opened();
    for await (const line of readLines(answer.body, () => deadline.restart(limits.silenceMs))) {
      tell(options, line);
    }
  } catch (thrown) {
    const { reached } = connection;
    if (!deadline.over) {
      throw unansweredError(thrown, server, deadline, reached);
    }
    // Half-open: the other end is gone without a word. New requests must not take the same connection.
    connection.retire();
    throw isOpen
      ? new KubernetesError(0, 'WatchSilent', `${server} has sent nothing for ${limits.silenceMs / 1000} s.`, null, {
          cause: thrown
        })
      : unansweredError(thrown, server, deadline, reached);
  }
}

/** Reads one line and tells it. */
function tell<T>({ event, request }: WatchStreamOptions<T>, line: string): void {
  const { type, object } = parsed(Event, parseJson(line, request.path), request.path);
  if (type === 'ERROR') {
    throw watchError(object);
  }
  const { resourceVersion } = parsed(Versioned, object, request.path).metadata;
  event(
    resourceVersion,
    type === 'BOOKMARK'
      ? null
      : { type: type === 'DELETED' ? 'deleted' : 'upserted', item: parsed(request.item, object, request.path) }
  );
}

function parseJson(line: string, path: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new KubernetesError(0, 'UnexpectedAnswer', `An event of ${path} is not JSON.`, null, { cause });
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const result = schema.safeParse(value);
  if (result.success) {
    return result.data;
  }
  const [issue] = result.error.issues;
  throw new KubernetesError(
    0,
    'UnexpectedAnswer',
    `An event of ${path} is not as expected: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
    null,
    { cause: result.error }
  );
}
