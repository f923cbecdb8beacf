/**
 * Writes contract/openapi.json from the route table. Run by `npm run openapi` after a change of the contract;
 * contract/openapi.test.ts fails while the file is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

const bundle = await build({
  absWorkingDir: root,
  entryPoints: ['contract/openapi.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
  logLevel: 'warning'
});
const [{ text }] = bundle.outputFiles;
const { openapiText } = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
await writeFile(join(root, 'contract', 'openapi.json'), openapiText(version));
