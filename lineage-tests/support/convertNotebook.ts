// Runs a notebook as a schedule does: nbconvert, with a real kernel that has MLflow, in the notebook's own folder.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { mlflowPrograms } from '../../testbed/support/mlflowPrograms';
import type { MlflowServer } from './mlflowServer';

const ROOT = join(__dirname, '..', '..');
const Lines = z.union([z.string(), z.array(z.string()).transform(lines => lines.join(''))]);
const Executed = z.object({
  cells: z.array(z.object({ outputs: z.array(z.looseObject({ text: Lines.optional() })).default([]) }))
});

/** What its cells printed; throws where one of them fails. The notebook itself stays as it is. */
export async function convertNotebook(path: string, server: MlflowServer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'datamark-nbconvert-'));
  try {
    const { packages } = await mlflowPrograms();
    const kernel = join(folder, 'kernels', 'python3');
    await mkdir(kernel, { recursive: true });
    const spec = {
      argv: [join(ROOT, '.venv/bin/python'), '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
      display_name: 'Python 3',
      language: 'python',
      env: { PYTHONPATH: packages }
    };
    await writeFile(join(kernel, 'kernel.json'), JSON.stringify(spec));
    const words = ['--to', 'notebook', '--execute', '--output-dir', folder, '--output', 'done.ipynb', basename(path)];
    await promisify(execFile)(join(ROOT, '.venv/bin/python'), ['-m', 'nbconvert', ...words], {
      cwd: dirname(path),
      env: {
        HOME: folder,
        JUPYTER_PATH: folder,
        MLFLOW_TRACKING_URI: server.address,
        PATH: process.env.PATH,
        PYTHONDONTWRITEBYTECODE: '1'
      }
    });
    const { cells } = Executed.parse(JSON.parse(await readFile(join(folder, 'done.ipynb'), 'utf8')));
    return cells.flatMap(({ outputs }) => outputs.map(({ text = '' }) => text)).join('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
