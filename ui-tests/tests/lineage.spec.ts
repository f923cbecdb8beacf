/** Lineage in the panel, with a real MLflow behind the server that then goes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MlflowServer } from '../../lineage-tests/support/mlflowServer';
import { restCall } from '../../lineage-tests/support/restCall';
import { expect, test as base } from '../fixtures';
import { askAgain } from '../lineageStory';
import { untilRestored } from '../pages/restoredLayout';
import { namesIn, smallProject, textOf } from '../server/files';

const START_MS = 180_000;

const test = base.extend<{ mlflow: MlflowServer }>({
  mlflow: [
    async ({}, use) => {
      await using mlflow = await MlflowServer.start();
      await use(mlflow);
    },
    { timeout: START_MS }
  ],
  server: async ({ mlflow }, use) => {
    await use({ seed: smallProject, environment: { MLFLOW_TRACKING_URI: mlflow.address } });
  }
});

async function newRun(mlflow: MlflowServer, name: string): Promise<string> {
  const body = { experiment_id: '0', start_time: Date.now(), run_name: name };
  return (await restCall<{ run: { info: { run_id: string } } }>(mlflow, 'runs/create', body)).run.info.run_id;
}

test('a run is linked, its model keeps the snapshot, and nothing is asked before somebody looks', async ({
  page,
  datamark,
  mlflow
}) => {
  const asked: string[] = [];
  page.on('request', request => {
    if (request.url().includes('/lineage/')) {
      asked.push(`${request.method()} ${new URL(request.url()).pathname.split('/lineage/')[1] ?? ''}`);
    }
  });
  await untilRestored(page);
  expect(asked).toEqual([]);
  await datamark.openPanel();
  await datamark.makeSnapshot('frozen');
  await datamark.makeSnapshot('alone');
  const run = await newRun(mlflow, 'train');
  await datamark.chooseFromMenu(datamark.snapshot('frozen'), /^Link to Run/);
  const link = datamark.dialog(/^Link/);
  await link.locator('#dm-link-run').fill(run);
  await link.getByRole('button', { name: 'Link', exact: true }).click();
  await expect(datamark.toast(`The run ${run} names frozen now.`)).toBeVisible();
  await restCall(mlflow, 'registered-models/create', { name: 'churn' });
  await restCall(mlflow, 'model-versions/create', { name: 'churn', source: `runs:/${run}/m`, run_id: run });
  await restCall(mlflow, 'registered-models/alias', { name: 'churn', alias: 'champion', version: '1' });
  expect(asked).toContain('POST links');

  await datamark.openSection('Lineage');
  await askAgain(datamark);
  const section = page.locator('.dm-section-lineage');
  for (const words of ['train', 'churn v1', 'champion']) {
    await expect(section.getByText(words, { exact: true })).toBeVisible();
  }
  await expect(datamark.snapshot('frozen')).toHaveAttribute('aria-label', /1 run · 1 model/);
  await section.getByRole('button', { name: 'Open lineage in the main area' }).click();
  await expect(page.getByRole('img', { name: 'Alias: champion' })).toBeVisible();
  const [picture] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as PNG' }).click()
  ]);
  expect(picture.suggestedFilename()).toMatch(/^lineage-.*\.png$/);

  await datamark.chooseFromMenu(datamark.snapshot('frozen'), /^Delete/);
  const refused = datamark.dialog(/can’t be deleted/);
  await expect(refused).toContainText('@champion');
  await refused.getByRole('button', { name: 'Keep it' }).click();

  await mlflow.kill();
  await datamark.chooseFromMenu(datamark.snapshot('alone'), /^Delete/);
  const unknown = datamark.dialog(/^Delete/);
  await expect(unknown).toContainText('Can’t check runs and models: MLflow does not answer.');
  await datamark.confirmDelete(unknown, 'alone');
  await expect(datamark.snapshot('alone')).toHaveCount(0);
  await section.getByRole('button', { name: 'Ask MLflow again' }).click();
  await expect(section).toContainText('Shown as of');
});

test('the data of a run comes back in a clone, with the notebook, and its model has a card', async ({
  page,
  datamark,
  jupyter,
  mlflow
}) => {
  const { root } = jupyter;
  await datamark.openPanel();
  // No notebook is in front yet: the snapshot does not tell of one.
  await datamark.makeSnapshot('frozen');
  const run = await newRun(mlflow, 'train');
  await datamark.execute('datamark:link-run', { run, relation: 'exact', snapshot: await onlySnapshot(root) });
  await restCall(mlflow, 'registered-models/create', { name: 'churn' });
  await restCall(mlflow, 'model-versions/create', { name: 'churn', source: `runs:/${run}/m`, run_id: run });
  await writeFile(join(root, 'data', 'readings.csv'), 'changed since\n');

  const section = page.locator('.dm-section-lineage');
  await datamark.openSection('Lineage');
  await askAgain(datamark);
  await section.getByText('train', { exact: true }).click();
  await section.getByRole('grid').press('r');
  const dialog = datamark.dialog('Reproduce train');
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Data of' })).toContainText('It is what the run read.');
  await expect(dialog).toContainText(join(root, 'datamark-clones'));
  // The run was made by MLflow's own interface: nobody wrote down its notebook.
  await dialog.getByLabel('Notebook').fill('analysis.ipynb');
  await dialog.getByRole('button', { name: 'Reproduce', exact: true }).click();
  await dialog.getByRole('button', { name: 'Open the notebook' }).click();
  const [clone = '', folder = ''] = await namesIn(root, 'datamark-clones');
  expect(folder).toBe(`${clone}.reproduction`);
  const tab = page.getByRole('tab', { name: 'analysis.ipynb' }).last();
  await expect(tab).toHaveAttribute('title', new RegExp(`Path: datamark-clones/${folder}/analysis.ipynb`));
  expect(await textOf(root, `datamark-clones/${clone}/data/readings.csv`)).toContain('1,10');

  await datamark.openNotebook('analysis.ipynb');
  await datamark.chooseFromMenu(datamark.snapshot('frozen'), /^Pin for This Notebook/);
  await expect(section).toContainText('New runs of analysis.ipynb are tagged with');
  await section.getByRole('button', { name: 'Unpin' }).click();
  await expect(section.getByText('New runs of')).toHaveCount(0);

  await section.getByText('churn v1', { exact: true }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Data Card of churn v1…' }).click();
  const card = datamark.dialog('Data card of churn v1');
  await expect(card.getByRole('heading', { name: /^Data of churn/ })).toBeVisible();
  await expect(card.getByRole('cell', { name: await onlySnapshot(root), exact: true })).toBeVisible();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    card.getByRole('button', { name: 'Save as .md' }).click()
  ]);
  expect(file.suggestedFilename()).toBe('data-card-churn-v1.md');
});

async function onlySnapshot(root: string): Promise<string> {
  const [name, ...more] = await namesIn(root, '.datamark/snapshots');
  expect(more).toEqual([]);
  return name ?? '';
}
