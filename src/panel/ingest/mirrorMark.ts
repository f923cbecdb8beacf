/** The icon of a mirror: each condition has a shape of its own. Pure. */
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Mirror } from '../../../contract';
import { errorIcon, offIcon, okIcon, pendingIcon, unknownIcon, updateIcon } from '../../icons';

export interface MirrorMark {
  readonly icon: LabIcon;
  readonly className: string;
}

/** What ONTAP or Trident calls unhealthy comes first; replication that was ended is not that. */
export function markOf({ health, state, transfer }: Pick<Mirror, 'health' | 'state' | 'transfer'>): MirrorMark {
  if (health.state === 'unhealthy' || state === 'failed' || state === 'invalid') {
    return { icon: errorIcon, className: 'dm-bad' };
  }
  if (transfer !== null) {
    return { icon: updateIcon, className: 'dm-busy' };
  }
  switch (state) {
    case 'broken-off':
    case 'promoted':
    case 'paused':
    case 'released':
      return { icon: offIcon, className: '' };
    case 'establishing':
    case 'reestablishing':
    case 'promoting':
    case 'synchronizing':
    case 'expanding':
    case 'shrinking':
      return { icon: pendingIcon, className: 'dm-busy' };
    case 'not-reconciled':
    case 'unknown':
      return { icon: unknownIcon, className: '' };
    default:
      return health.state === 'healthy' ? { icon: okIcon, className: 'dm-ok' } : { icon: unknownIcon, className: '' };
  }
}
