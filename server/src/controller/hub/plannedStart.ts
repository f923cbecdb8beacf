/** Whether a restore’s plan may say that the server comes back by itself. */
import type { RestoreStatus, VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import type { ControllerSettings } from '../controllerSettings';
import type { RestoreWork } from '../strategy';
import { isOnHub } from './hubServers';
import type { HubSettings } from './hubSettings';

/** The hub whose servers are in the restore’s namespace; null: the controller knows none. */
export const hubOf = ({ hubs }: ControllerSettings, { metadata }: VolumeRestore): HubSettings | null =>
  hubs.find(({ namespace }) => namespace === metadata.namespace) ?? null;

/** The hub is asked, so that nothing is promised to one whose server the controller may not start. */
export async function startsServer(
  { settings, restore, signal }: RestoreWork,
  { plan, requester }: Pick<RestoreStatus, 'plan' | 'requester'>
): Promise<boolean> {
  const hub = hubOf(settings, restore);
  const { hubUser: user = '', hubServer: server = '' } = requester ?? {};
  return hub !== null && user !== '' && plan?.stopsServer === true && isOnHub(hub, { user, server }, signal);
}
