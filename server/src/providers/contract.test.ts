/** The suite of all providers, on those that run here. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { providerContract } from './contractSuite';
import { onlyVolume, TemporaryVolumes } from './local/testing/temporaryVolume';
import { restoreContract } from './restoreContractSuite';

providerContract('local', async () => {
  const temporary = new TemporaryVolumes();
  const root = temporary.directory();
  const provider = await temporary.provider(root);
  return {
    provider,
    volume: onlyVolume(provider),
    write: (file, content) => fs.promises.writeFile(join(root, file), content),
    readClone: (clone, file) => fs.promises.readFile(join(clone.path ?? '', file), 'utf8'),
    dispose: () => temporary.dispose()
  };
});

restoreContract('local', async () => {
  const temporary = new TemporaryVolumes();
  const root = temporary.directory();
  const provider = await temporary.provider(root);
  return {
    provider,
    volume: onlyVolume(provider),
    write: (file, content) => fs.promises.writeFile(join(root, file), content),
    read: file => fs.promises.readFile(join(root, file), 'utf8').catch(() => null),
    release: () => Promise.resolve(),
    dispose: () => temporary.dispose()
  };
});
