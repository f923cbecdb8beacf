/** What an admin gives to every pod that the controller makes, beside what the pod has of the user’s own. Pure. */
import type { PodSettings } from './controllerSettings';

/** Parts of a pod’s spec; nothing that is not set. */
export function podParts(
  { imagePullSecrets, tolerations, nodeSelector, priorityClassName }: PodSettings,
  tolerationsOfUser: readonly unknown[]
): object {
  const tolerated = [...tolerationsOfUser, ...tolerations];
  return {
    ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets: imagePullSecrets.map(name => ({ name })) }),
    ...(tolerated.length === 0 ? {} : { tolerations: tolerated }),
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(priorityClassName === null ? {} : { priorityClassName })
  };
}
