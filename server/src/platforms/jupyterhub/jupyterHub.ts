/**
 * A server that JupyterHub's KubeSpawner started. Annotations hold the names as they are; labels hold them shortened
 * and escaped by rules that changed between versions, so they are copied and compared but never computed.
 */
import type { Platform } from '../../../../contract';
import type { JupyterHubEnvironment } from '../../kubernetesSettings';
import { labels } from '../../providers/kubernetes/names';
import { ownershipByLabel, type OwnedMetadata, type Ownership, type PlatformAdapter } from '../platformAdapter';

/** Annotation: the user's name. Label: its short form. */
const USERNAME = 'hub.jupyter.org/username';

export interface JupyterHubOptions {
  readonly environment: JupyterHubEnvironment;
  readonly namespace: string | null;
  readonly pod: string | null;
}

/** Adapter for JupyterHub. */
export class JupyterHub implements PlatformAdapter {
  constructor(private readonly options: JupyterHubOptions) {}

  describe(): Platform {
    const { environment, namespace, pod } = this.options;
    const { user, serverName, cloneOption } = environment;
    const hub = hubAddress(environment);
    const spawn = `${hub}spawn/${encodeURIComponent(user)}`;
    return {
      kind: 'jupyterhub',
      label: 'JupyterHub',
      user,
      server: serverName === '' ? null : serverName,
      namespace,
      pod,
      links: {
        servers: `${hub}home`,
        spawn,
        create: null,
        ...(cloneOption === null ? {} : { mount: `${spawn}/{server}?${encodeURIComponent(cloneOption)}={clone}` })
      }
    };
  }

  ownerOf({ annotations, labels: own }: OwnedMetadata): string | null {
    return annotations[USERNAME] ?? own[labels.owner] ?? own[USERNAME] ?? null;
  }

  ownerLabel(own: readonly OwnedMetadata[]): string | null {
    const { user } = this.options.environment;
    const ours = own.find(({ annotations, labels: held }) => annotations[USERNAME] === user && USERNAME in held);
    return ours?.labels[USERNAME] ?? null;
  }

  ownership({ annotations, labels: held }: OwnedMetadata, ownerLabel: string | null): Ownership {
    const user = annotations[USERNAME];
    if (user !== undefined) {
      return user === this.options.environment.user ? { whose: 'own' } : { whose: 'other', owner: user };
    }
    return ownershipByLabel(held[labels.owner] ?? held[USERNAME], ownerLabel);
  }
}

/** Base address of the hub for the browser, with a slash at its end; from JupyterHub's environment of servers. */
function hubAddress({ publicHubUrl, host, baseUrl }: JupyterHubEnvironment): string {
  const address =
    publicHubUrl !== null && /^https?:\/\//.test(publicHubUrl)
      ? publicHubUrl
      : `${host.replace(/\/$/, '')}${baseUrl.replace(/\/?$/, '/')}hub/`;
  return address.replace(/\/?$/, '/');
}
