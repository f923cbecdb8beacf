/** Whether what is told is as the cluster is now, from the health of what is followed. Pure. */
import type { Freshness } from '../../../../contract';
import { clusterProblem } from './clusterProblem';
import type { FeedHealth } from './objectFeed';

type Broken = Extract<FeedHealth, { state: 'broken' }>;

/** An answer that says no is an answer: the cluster is there, and what it refuses is the check's to tell. */
const ANSWERED: ReadonlySet<number> = new Set([403, 404]);

/** The oldest break counts. */
export function clusterFreshness(healths: readonly FeedHealth[], server: string): Freshness {
  const broken = healths.filter((one): one is Broken => one.state === 'broken' && !ANSWERED.has(one.error.status));
  const [first] = [...broken].sort((one, other) => one.since.getTime() - other.since.getTime());
  if (first === undefined) {
    return { current: true };
  }
  const neverRead = broken.find(one => one.asOf === null);
  return {
    current: false,
    problem: clusterProblem(first.error, { what: 'What is in the cluster can’t be read.', object: server }).problem,
    since: first.since.toISOString(),
    asOf: neverRead === undefined ? (first.asOf?.toISOString() ?? null) : null,
    retryAt: first.retryAt?.toISOString() ?? null
  };
}
