/** What stands for a namespace that nothing tells, so that no request goes to one that was only assumed. */
import { KubernetesError } from './kubernetesApi';

/** In a path where the namespace would be: such a request is refused with `NoNamespace` before it is sent. */
export const NO_NAMESPACE = '';

/** Why a request that needs the namespace was not sent. */
export const unknownNamespace = (): KubernetesError =>
  new KubernetesError(0, 'NoNamespace', 'In which namespace this server is, is not known.');
