/** The story of lineage in a browser on this computer, with an MLflow that wants a password, which is told nobody. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from '../fixtures';
import { SECRETS, test } from '../lineageFixtures';
import { askToReproduce, DATA, expectKept, expectSameValues, OTHER_DATA, train } from '../lineageStory';
import { filesBelow, watchEverything, whereFound } from '../pages/everythingTold';
import { namesIn, textOf } from '../server/files';

test('a model keeps the snapshot of its data, and gives the same values again from a clone', async ({
  page,
  datamark,
  jupyter
}) => {
  test.setTimeout(600_000);
  const { root } = jupyter;
  const told = watchEverything(page);
  await datamark.openPanel();
  await train(datamark, 1);
  await expectKept(datamark);

  await writeFile(join(root, 'train.csv'), OTHER_DATA);
  const dialog = await askToReproduce(datamark);
  await expect(dialog).toContainText(join(root, 'datamark-clones'));
  await dialog.getByRole('button', { name: 'Reproduce', exact: true }).click();
  const open = dialog.getByRole('button', { name: 'Open the notebook' });
  await open.waitFor();
  const [clone = '', folder = '', ...more] = await namesIn(root, 'datamark-clones');
  expect([folder, ...more]).toEqual([`${clone}.reproduction`]);
  await open.click();
  await datamark.openNotebook(`datamark-clones/${folder}/train.ipynb`);
  await expectSameValues(datamark);
  expect(await textOf(root, `datamark-clones/${clone}/train.csv`)).toBe(DATA);
  expect(await textOf(root, 'train.csv')).toBe(OTHER_DATA);

  // The next version is made of other data, and the two say so.
  await train(datamark, 2);
  await datamark.lineage.getByRole('button', { name: 'Open lineage in the main area' }).click();
  const tab = page.locator('.dm-lineage-view');
  await tab.getByRole('button', { name: 'Ask MLflow again' }).click();
  for (const version of ['churn v1', 'churn v2']) {
    await tab.getByRole('row').filter({ hasText: version }).getByRole('checkbox').check();
  }
  await expect(tab.locator('.dm-differences')).toContainText('train.csv changed');

  await page.evaluate(async () => {
    const { jupyterapp } = window as unknown as { jupyterapp: { commands: { execute(id: string): Promise<unknown> } } };
    await jupyterapp.commands.execute('docmanager:save-all');
  });
  const files = await filesBelow(dirname(root));
  const texts = await told.texts();
  expect(files.join('\n')).toContain(`${folder}/train.ipynb: `);
  expect(texts.join('\n')).toContain('metric');
  expect(whereFound([...files, ...texts], SECRETS)).toEqual([]);
});
