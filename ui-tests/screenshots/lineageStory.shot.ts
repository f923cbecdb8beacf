/**
 * Takes the pictures of the guide of lineage: nothing in them is written here. A real MLflow has the model of
 * a real notebook, whose data is then changed, and which is reproduced.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from '../lineageFixtures';
import { askAgain, askToReproduce, expectSameValues, OTHER_DATA, train } from '../lineageStory';
import { DatamarkPage } from '../pages/datamarkPage';
import { namesIn } from '../server/files';

const IMAGES = join(__dirname, '..', '..', 'docs', 'images');

test.use({ opened: false });

test('from the cell to the model, and the same again', async ({ context, jupyter }) => {
  test.setTimeout(600_000);
  const page = await context.newPage();
  const datamark = new DatamarkPage(page);
  const picture = (name: string) => page.screenshot({ path: join(IMAGES, `${name}.png`) });
  await page.goto(`${jupyter.url}/lab?reset`);
  await datamark.openPanel();
  // JupyterLab asks each new person whether to fetch news.
  await page.getByRole('button', { name: 'No', exact: true }).click();
  await train(datamark, 1);
  await datamark.openSection('Lineage');
  await askAgain(datamark);
  await datamark.lineage.getByText('champion', { exact: true }).waitFor();
  await datamark.lineage.getByRole('button', { name: 'Open lineage in the main area' }).click();
  await page.locator('.dm-lineage-view').getByRole('row').filter({ hasText: 'champion' }).waitFor();
  await picture('lineage-model');

  await datamark.chooseFromMenu(datamark.snapshot('training data'), /^Delete/);
  const refused = datamark.dialog(/can’t be deleted/);
  await refused.waitFor();
  await picture('lineage-kept');
  await refused.getByRole('button', { name: 'Keep it' }).click();

  await writeFile(join(jupyter.root, 'train.csv'), OTHER_DATA);
  const dialog = await askToReproduce(datamark);
  await dialog.getByRole('button', { name: 'Reproduce', exact: true }).waitFor();
  await picture('lineage-plan');
  await dialog.getByRole('button', { name: 'Reproduce', exact: true }).click();
  await dialog.getByRole('button', { name: 'Open the notebook' }).click();
  const folder = (await namesIn(jupyter.root, 'datamark-clones')).find(one => one.endsWith('.reproduction')) ?? '';
  await datamark.openNotebook(`datamark-clones/${folder}/train.ipynb`);
  await (await expectSameValues(datamark)).scrollIntoViewIfNeeded();
  await picture('lineage-same');
});
