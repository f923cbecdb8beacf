/** A kernel that has MLflow and scikit-learn, besides Datamark: the server's own Python, which is told where they are. */
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Name of the kernel. */
export const MLFLOW_KERNEL = 'mlflow';

/** Writes it below a folder that is on JUPYTER_PATH. `packages`: what it finds modules in before its own. */
export async function writeMlflowKernel(folder: string, ...packages: string[]): Promise<void> {
  const kernel = join(folder, 'kernels', MLFLOW_KERNEL);
  await mkdir(kernel, { recursive: true });
  const spec = {
    // Jupyter puts the server's own Python in place of `python`, so that ipykernel is there.
    argv: ['python', '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    display_name: 'Python 3 (MLflow)',
    language: 'python',
    env: { PYTHONPATH: packages.join(delimiter) }
  };
  await writeFile(join(kernel, 'kernel.json'), JSON.stringify(spec));
}
