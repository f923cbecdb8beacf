/** Every command of Datamark that the palette lists can be run from there, and does what its words say. */
import { expect, test } from '../fixtures';
import { namesIn, smallProject } from '../server/files';

test.use({ server: { seed: smallProject } });

test('snapshot, clone and restore from the palette alone', async ({ page, datamark, jupyter }) => {
  await datamark.runFromPalette(/^Show Datamark/);
  await expect(datamark.volumes).toBeVisible();

  await datamark.runFromPalette(/^Snapshot/);
  await datamark
    .dialog(/^Snapshot /)
    .getByLabel('Title')
    .fill('from the palette');
  await page.keyboard.press('Enter');
  await expect(datamark.readySnapshots).toHaveCount(1);

  await datamark.runFromPalette(/^Clone/);
  await datamark
    .dialog(/^Clone /)
    .getByLabel('Name')
    .fill('trial');
  await page.keyboard.press('Enter');
  await expect.poll(() => namesIn(jupyter.root, 'datamark-clones').catch(() => [])).toEqual(['trial']);
});
