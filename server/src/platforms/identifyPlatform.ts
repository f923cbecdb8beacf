/** Tells on which platform this server runs, from what its environment said. */
import type { KubernetesSettings } from '../kubernetesSettings';
import { JupyterHub } from './jupyterhub/jupyterHub';
import { KubeflowNotebook, notebookName } from './kubeflow/kubeflowNotebook';
import { PlainPod } from './plain/plainPod';
import type { PlatformAdapter } from './platformAdapter';

/** The adapter; `namespace`: where the pod and its claims are; null: not known. */
export function identifyPlatform(
  settings: Pick<KubernetesSettings, 'jupyterHub' | 'notebookPrefix' | 'podName'>,
  namespace: string | null
): PlatformAdapter {
  const pod = settings.podName;
  if (settings.jupyterHub !== null) {
    return new JupyterHub({ environment: settings.jupyterHub, namespace, pod });
  }
  const name = notebookName(settings.notebookPrefix);
  return name === null ? new PlainPod({ namespace, pod }) : new KubeflowNotebook({ name, namespace, pod });
}
