import { paths } from '../../providers/kubernetes/resources';
import { areRemoved } from '../madeObjects';
import type { RestoreWork } from '../strategy';
import { isJobRemoved } from '../taskJob';
import { copyParts } from './copyParts';

/** Removes what a copy has made, what mounts before what is mounted, then the other paths; says whether all is gone. */
export async function isCopyRemoved(
  { api, restore }: Pick<RestoreWork, 'api' | 'restore'>,
  others: readonly string[] = []
): Promise<boolean> {
  const { clone, checkPod, flushPod, job, backClone, backJob } = copyParts(restore);
  const { namespace } = restore.metadata;
  for (const name of [job, backJob]) {
    if (!(await isJobRemoved(api, restore, name))) {
      return false;
    }
  }
  return areRemoved(api, restore, [
    ...[flushPod, checkPod].map(name => `${paths.pods(namespace)}/${name}`),
    ...[clone, backClone].map(name => `${paths.claims(namespace)}/${name}`),
    ...others
  ]);
}
