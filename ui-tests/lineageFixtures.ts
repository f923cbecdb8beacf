/** What the story of lineage is told with: a server on the notebook and its data, and an MLflow that wants a password. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ADMIN, MlflowServer } from '../lineage-tests/support/mlflowServer';
import { mlflowPrograms } from '../testbed/support/mlflowPrograms';
import { test as base } from './fixtures';
import { DATA, TRAINING } from './lineageStory';
import { writeMlflowKernel } from './mlflowKernelspec';

const ROOT = join(__dirname, '..');

/** What nobody may be told: the password, and how it is sent. */
export const SECRETS = [ADMIN.password, Buffer.from(`${ADMIN.username}:${ADMIN.password}`).toString('base64')];

/** The server’s kernels and its sidecar know the password, as everywhere, from their environment. */
export const test = base.extend<{ jupyterPath: string; mlflow: MlflowServer }>({
  jupyterPath: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'datamark-kernels-'));
    await writeMlflowKernel(folder, ROOT, (await mlflowPrograms()).packages);
    await use(folder);
    await rm(folder, { recursive: true });
  },
  mlflow: [
    async ({}, use) => {
      await using mlflow = await MlflowServer.start({ basicAuth: true });
      await use(mlflow);
    },
    { timeout: 180_000 }
  ],
  server: async ({ mlflow, jupyterPath }, use) => {
    await use({
      seed: async root => {
        await writeFile(join(root, 'train.csv'), DATA);
        await writeFile(join(root, 'train.ipynb'), TRAINING);
      },
      environment: {
        MLFLOW_TRACKING_URI: mlflow.address,
        MLFLOW_TRACKING_USERNAME: ADMIN.username,
        MLFLOW_TRACKING_PASSWORD: ADMIN.password,
        JUPYTER_PATH: [jupyterPath, process.env.JUPYTER_PATH ?? ''].join(delimiter)
      }
    });
  }
});
