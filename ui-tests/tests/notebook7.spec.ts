/** Notebook 7, which has another shell: the toolbar button makes a snapshot there, too. */
import { expect, test } from '../fixtures';
import { smallProject } from '../server/files';

test.use({ server: { application: 'notebook', seed: smallProject }, opened: false });

test('one click in Notebook 7 makes a snapshot, and nothing of Datamark breaks', async ({
  context,
  datamark,
  jupyter
}) => {
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', error => problems.push(error.stack ?? error.message));
  await page.goto(`${jupyter.url}/notebooks/analysis.ipynb`);

  await page.locator('[data-jp-item-name="datamark-snapshot"]').getByRole('button').click();

  await expect.poll(() => datamark.storedSnapshots(jupyter.root)).toHaveLength(1);
  // Notebook 7.6 itself logs an error of its shortcuts when a plugin's settings come before its own.
  expect(problems.filter(problem => problem.includes('jupyterlab-datamark'))).toEqual([]);
});
