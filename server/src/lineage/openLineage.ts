/** Opens what lineage needs, where MLflow is set up; its client is loaded only then. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import type { Configuration } from '../configuration';
import type { Provider } from '../providers/provider';
import type { MlflowClient } from './mlflow/mlflowClient';

const ACCOUNT_CA = '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt';

/** Where snapshots of this server are, as links call it; null: nothing tells it. */
export interface LineagePlace {
  readonly cluster: string | null;
  readonly namespace: string | null;
}

export interface Lineage {
  readonly client: MlflowClient;
  readonly trackingUri: string;
  /** For messages: scheme, host and port. */
  readonly server: string;
  readonly place: () => LineagePlace;
  /** Where connection files of kernels are; null: not told. */
  readonly kernels: string | null;
  /** That this server runs in; null: not told. */
  readonly image: string | null;
  readonly dispose: () => Promise<void>;
}

export interface OpenLineageOptions {
  readonly configuration: Configuration;
  readonly provider: Provider;
  readonly version: string;
}

/** Undefined where MLflow is not set up. Asks MLflow nothing. */
export async function openLineage(options: OpenLineageOptions): Promise<Lineage | undefined> {
  const { configuration, provider, version } = options;
  const settings = configuration.lineage.mlflow;
  if (settings === null) {
    return undefined;
  }
  const { MlflowConnection } = await import('./mlflow/mlflowConnection');
  const { MlflowClient } = await import('./mlflow/mlflowClient');
  const connection = new MlflowConnection({ settings, userAgent: `datamark/${version}` });
  const local = configuration.provider === 'local';
  const cluster = configuration.lineage.cluster ?? (local ? hostname() : await aliasOfAuthority());
  return {
    client: new MlflowClient(connection),
    trackingUri: settings.trackingUri,
    server: connection.server,
    kernels: configuration.lineage.kernels,
    image: configuration.lineage.image,
    place: () => ({
      cluster,
      namespace: local ? (configuration.user ?? userInfo().username) : (provider.platform?.().namespace ?? null)
    }),
    dispose: () => connection.dispose()
  };
}

/** 8 hex digits of the sha256 of the authority of the pod's account: all pods of a cluster have the same one. */
async function aliasOfAuthority(): Promise<string | null> {
  try {
    return createHash('sha256')
      .update(await readFile(ACCOUNT_CA))
      .digest('hex')
      .slice(0, 8);
  } catch {
    return null;
  }
}
