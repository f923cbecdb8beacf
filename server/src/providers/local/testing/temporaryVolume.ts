/** Directories and providers for tests of the local provider. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { LocalConfiguration } from '../../../configuration';
import { inProcessRunner } from '../jobRunner';
import { LocalProvider } from '../provider';
import { removeTree } from '../removeTree';

/** File system in memory, on Linux. */
const SHARED_MEMORY = '/dev/shm';

/** What a test's configuration may say besides its volumes. */
export type Extra = Partial<Omit<LocalConfiguration, 'volumes'>>;

/** Makes temporary directories and providers, and ends and removes them all with `dispose`. */
export class TemporaryVolumes {
  private readonly directories: string[] = [];
  private readonly providers: LocalProvider[] = [];
  /** What providers logged as errors; a test that causes one empties it. */
  readonly errors: unknown[] = [];
  private readonly log = {
    info: () => undefined,
    warn: () => undefined,
    error: (details: object, message: string) => void this.errors.push(message, details)
  };

  /** `memory`: directories are in memory where the system has that, so that many small files don't wait for a disk. */
  constructor(private readonly place: 'disk' | 'memory' = 'disk') {}

  /** A new, empty directory. */
  directory(): string {
    const base = this.place === 'memory' && fs.existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir();
    const path = fs.mkdtempSync(join(base, 'datamark-test-'));
    this.directories.push(path);
    return path;
  }

  /** A started provider that runs its jobs in this thread. */
  async provider(root: string, extra: Extra = {}, releaseAfterMs?: number): Promise<LocalProvider> {
    const configuration = LocalConfiguration.parse({ volumes: [{ path: root, name: 'home' }], user: 'ada', ...extra });
    const provider = new LocalProvider({
      configuration,
      log: this.log,
      version: '0',
      runner: inProcessRunner,
      ...(releaseAfterMs === undefined ? {} : { releaseAfterMs })
    });
    this.providers.push(provider);
    await provider.start();
    this.assertNoErrors();
    return provider;
  }

  async dispose(): Promise<void> {
    for (const provider of this.providers.splice(0)) {
      await provider.stop();
    }
    for (const path of this.directories.splice(0)) {
      await removeTree(path, new AbortController().signal);
    }
    this.assertNoErrors();
  }

  private assertNoErrors(): void {
    const errors = this.errors.splice(0);
    if (errors.length > 0) {
      throw new Error(`A provider logged errors: ${inspect(errors)}`);
    }
  }
}

/** The one volume of a provider. */
export function onlyVolume(provider: LocalProvider): string {
  const [volume] = provider.index.all('volume');
  if (volume === undefined) {
    throw new Error('The provider has no volume.');
  }
  return volume.id;
}
