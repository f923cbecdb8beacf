/**
 * The runs that are written down on a snapshot itself: what stays known without MLflow, and where a link waits that MLflow
 * could not take yet. Kept as JSON text with the snapshot. Pure; anybody may have written the text.
 */
import { z } from 'zod';
import { Instant, Relation, RunId } from '../../../contract';

/** How many are kept; of more, those that MLflow has are counted alone. */
export const MOST_NOTED = 100;

const NotedRun = z.object({
  run: RunId,
  relation: Relation,
  /** `waiting`: MLflow does not have it yet. */
  state: z.enum(['waiting', 'written']),
  /** When it was linked. */
  at: Instant
});
export type NotedRun = z.infer<typeof NotedRun>;

const Text = z.object({ runs: z.array(NotedRun), more: z.int().nonnegative().default(0) });

/** What stands there. Not readable: somebody wrote something else, so that it may be any run. */
export type NotedRuns =
  { readonly readable: true; readonly runs: readonly NotedRun[]; readonly more: number } | { readonly readable: false };

export type ReadableNote = Extract<NotedRuns, { readable: true }>;

/** Reads the text; undefined and empty: none. */
export function readNotedRuns(text: string | undefined): NotedRuns {
  if (text === undefined || text.trim() === '') {
    return { readable: true, runs: [], more: 0 };
  }
  try {
    const read = Text.safeParse(JSON.parse(text));
    return read.success ? { readable: true, ...read.data } : { readable: false };
  } catch {
    return { readable: false };
  }
}

/** How many stand there, for the snapshot as it is told; absent: none, or nobody can read it. */
export function notedCount(text: string | undefined): { runs?: number } {
  const noted = readNotedRuns(text);
  const count = noted.readable ? noted.runs.length + noted.more : 0;
  return count === 0 ? {} : { runs: count };
}

/** The text, newest first. */
export const notedRunsText = ({ runs, more }: ReadableNote): string => JSON.stringify({ runs, more });

/**
 * With one more run, or with the new word on one that stands there. Null: it can't be written down, because what stands
 * there can't be read, or is full of links that wait; neither is ever written over.
 */
export function withNotedRun(noted: NotedRuns, added: NotedRun): ReadableNote | null {
  if (!noted.readable) {
    return null;
  }
  const runs = [added, ...noted.runs.filter(({ run }) => run !== added.run)];
  if (runs.length <= MOST_NOTED) {
    return { readable: true, runs, more: noted.more };
  }
  const oldest = runs.findLastIndex(({ run, state }) => state === 'written' && run !== added.run);
  return oldest === -1 ? null : { readable: true, runs: runs.toSpliced(oldest, 1), more: noted.more + 1 };
}

/** As it was before a run was put there: with the word that stood on it then, or without it. */
export function withoutNotedRun(noted: ReadableNote, run: string, before: NotedRun | undefined): ReadableNote {
  const runs = noted.runs.flatMap(one => (one.run !== run ? [one] : before === undefined ? [] : [before]));
  return { ...noted, runs };
}
