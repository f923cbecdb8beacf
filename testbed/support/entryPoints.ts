// What an installed package leaves in site-packages, so that MLflow finds the plugins of one that is only mounted.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const REPOSITORY = path.join(__dirname, '..', '..');
const PROJECT = path.join(REPOSITORY, 'pyproject.toml');
const GROUP = /^\[project\.entry-points\."([^"]+)"\]\n((?:[\w-]+ = "[^"]+"\n)+)/gm;

/** Declares the entry points of pyproject.toml below a folder of PYTHONPATH. */
export async function declareEntryPoints(packages: string): Promise<void> {
  const groups = [...(await readFile(PROJECT, 'utf8')).matchAll(GROUP)];
  if (groups.length === 0) {
    throw new Error(`${PROJECT} declares no entry points.`);
  }
  const { version } = JSON.parse(await readFile(path.join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };
  const information = path.join(packages, 'jupyterlab_datamark.dist-info');
  await mkdir(information, { recursive: true });
  const metadata = `Metadata-Version: 2.1\nName: jupyterlab-datamark\nVersion: ${version}\n`;
  await writeFile(path.join(information, 'METADATA'), metadata);
  const text = groups.map(([, group = '', lines = '']) => `[${group}]\n${lines.replaceAll('"', '')}`).join('\n');
  await writeFile(path.join(information, 'entry_points.txt'), text);
}
