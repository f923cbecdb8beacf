/** Every command of Datamark in the palette is run from there and does what its words say, on the files on disk. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../fixtures';
import { namesIn, smallProject, textOf } from '../server/files';

test.use({ server: { seed: smallProject } });

test('snapshot, clone, restore, undo and status from the palette', async ({ page, datamark, jupyter }) => {
  test.setTimeout(180_000);
  const { root } = jupyter;
  expect(await datamark.paletteLabels()).toEqual([
    'Clone Volume…',
    'Refresh',
    'Show Datamark',
    'Show Status',
    'Snapshot Volume of This Notebook',
    'Snapshot Volume…',
    'Undo Restore…'
  ]);
  await datamark.runFromPalette('Show Datamark');
  await expect(datamark.volumes).toBeVisible();

  await datamark.runFromPalette('Snapshot Volume…');
  await datamark
    .dialog(/^Snapshot /)
    .getByLabel('Title')
    .fill('from the palette');
  await page.keyboard.press('Enter');
  await expect(datamark.readySnapshots).toHaveCount(1);
  await datamark.openNotebook('analysis.ipynb');
  await datamark.runFromPalette('Snapshot Volume of This Notebook');
  await expect(datamark.readySnapshots).toHaveCount(2);

  await datamark.runFromPalette('Clone Volume…');
  await datamark
    .dialog(/^Clone /)
    .getByLabel('Name')
    .fill('trial');
  await page.keyboard.press('Enter');
  await expect.poll(() => namesIn(root, 'datamark-clones').catch(() => [])).toEqual(['trial']);

  await datamark.runFromPalette('Refresh');
  await datamark.runFromPalette('Show Status');
  await expect(datamark.dialog('Datamark status')).toContainText('plain directories on this computer');
  await datamark.dialog('Datamark status').getByRole('button', { name: 'Close' }).last().click();

  await writeFile(join(root, 'notes.txt'), 'spoilt\n');
  await datamark.chooseFromMenu(datamark.snapshot('from the palette'), /^Restore/);
  await datamark
    .dialog(/^Restore /)
    .getByRole('button', { name: 'Restore', exact: true })
    .click();
  await expect.poll(() => textOf(root, 'notes.txt')).toBe('first\n');
  await expect(datamark.toast(/is restored to/)).toBeVisible();
  // The open notebook was saved since.
  await datamark
    .dialog(/show what was there before/)
    .getByRole('button', { name: /^Reload/ })
    .click();
  await datamark.runFromPalette('Undo Restore…');
  await datamark
    .dialog(/^Undo the restore of /)
    .getByRole('button', { name: /^Undo/ })
    .click();
  await expect.poll(() => textOf(root, 'notes.txt')).toBe('spoilt\n');
});
