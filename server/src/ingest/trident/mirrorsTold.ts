/** Whether Trident’s objects can be read, and what would mend it where they can’t. Pure. */
import type { MirrorSource } from '../../../../contract';
import { clusterProblem } from '../../providers/kubernetes/clusterProblem';
import { ProblemError } from '../../problemError';
import type { MirrorFeeds } from './mirrorFeeds';
import { RELATIONSHIPS, TRIDENT_GROUP } from './tridentObjects';

/** As it is now. */
export function sourceOf({ relationships, served, asOf }: MirrorFeeds, namespace: string): MirrorSource {
  const { health } = relationships;
  if (!served) {
    return { state: 'absent', reason: `This cluster serves no ${RELATIONSHIPS} of Trident.` };
  }
  if (health.state !== 'broken') {
    return { state: 'answers', asOf: asOf.toISOString() };
  }
  const { problem } = clusterProblem(health.error, { what: 'Mirrors of Trident could not be read.' });
  const told = health.error.status === 403 ? { ...problem, next: grantWords(RELATIONSHIPS, namespace) } : problem;
  return { state: 'refuses', problem: told, asOf: health.asOf?.toISOString() ?? null };
}

/** While the first answer is waited for. */
export function unanswered(before: MirrorSource): MirrorSource {
  const { problem } = new ProblemError('storage-unreachable', {
    detail: 'Mirrors of Trident could not be read. The Kubernetes API has not answered yet.',
    next: 'Try again in a moment.'
  });
  return { state: 'refuses', problem, asOf: before.state === 'absent' ? null : before.asOf };
}

/** What has to be granted for reading. */
export const grantWords = (resource: string, namespace: string): string =>
  `An admin can grant it with the role datamark-mirror-reader: get, list and watch on ${resource} of ${TRIDENT_GROUP}, in namespace ${namespace}.`;
