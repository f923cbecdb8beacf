/** Chooses the provider; each is loaded only where it is used. */
import type { Configuration } from '../configuration';
import type { Log } from '../log';
import type { Provider } from './provider';

export interface OpenProviderOptions {
  readonly configuration: Configuration;
  readonly log: Log;
  readonly version: string;
  /** Path of the socket that is served, where it is known: other clients of the same store find it by that. */
  readonly socket: string | null;
}

/** The provider that the configuration names, not started yet. */
export async function openProvider(options: OpenProviderOptions): Promise<Provider> {
  const { configuration } = options;
  switch (configuration.provider) {
    case 'local': {
      const { LocalProvider } = await import('./local/provider');
      return new LocalProvider({ ...options, configuration });
    }
    case 'kubernetes': {
      const { openKubernetesProvider } = await import('./kubernetes/openKubernetesProvider');
      return openKubernetesProvider({ ...options, configuration });
    }
  }
}
