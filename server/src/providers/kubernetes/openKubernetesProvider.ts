/** Puts the Kubernetes provider together from the configuration. Loaded only where that is the provider. */
import type { KubernetesConfiguration } from '../../configuration';
import type { Log } from '../../log';
import { identifyPlatform } from '../../platforms/identifyPlatform';
import { Preflight } from './check/preflight';
import { openKubernetesApi } from './client/openKubernetesApi';
import type { KubernetesApi } from './client/kubernetesApi';
import { NO_NAMESPACE } from './client/unknownNamespace';
import { KubernetesProvider } from './kubernetesProvider';
import { StorageClasses } from './storageClasses';
import { ObservedClaims } from './volumes/observedClaims';

export interface OpenKubernetesOptions {
  readonly configuration: KubernetesConfiguration;
  readonly log: Log;
  readonly version: string;
  /** Left out: the one that the configuration describes. */
  readonly api?: KubernetesApi;
}

/** The provider, not started yet. Asks nothing. */
export function openKubernetesProvider(options: OpenKubernetesOptions): KubernetesProvider {
  const { configuration, log, version } = options;
  const { kubernetes: settings, serverRoot } = configuration;
  const api =
    options.api ??
    openKubernetesApi({
      environment: {
        HOME: settings.home ?? undefined,
        KUBECONFIG: settings.kubeconfig ?? undefined,
        KUBERNETES_SERVICE_HOST: settings.apiServer?.host,
        KUBERNETES_SERVICE_PORT: settings.apiServer?.port
      },
      userAgent: `datamark/${version}`
    });
  const told = settings.namespace ?? api.namespace;
  const platform = identifyPlatform(settings, told);
  const namespace = told ?? NO_NAMESPACE;
  const check: Preflight = new Preflight({
    api,
    namespace,
    settings,
    platform,
    log,
    claims: () => claims,
    classes: () => classes
  });
  const classes = new StorageClasses(api, check);
  const claims: ObservedClaims = new ObservedClaims({
    api,
    rights: check,
    namespace,
    settings,
    places: { home: settings.home, serverRoot },
    platform,
    log
  });
  return new KubernetesProvider({
    api,
    namespace,
    snapshotClass: settings.snapshotClass,
    user: platform.describe().user ?? configuration.user,
    platform,
    claims,
    classes,
    check,
    log
  });
}
