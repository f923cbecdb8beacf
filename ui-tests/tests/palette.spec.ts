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
    'Cancel Operation',
    'Check What Datamark Can Do Here',
    'Clone Snapshot…',
    'Clone Volume…',
    'Copy Files Back…',
    'Copy Snapshot Name',
    'Delete Clone…',
    'Delete Snapshot…',
    'Edit Snapshot Note…',
    'Hold Snapshot…',
    'Look for Snapshots Made Elsewhere',
    'Open Clone',
    'Refresh',
    'Release Snapshot',
    'Rename Snapshot…',
    'Restore Snapshot…',
    'Retry Snapshot',
    'Show Datamark',
    'Show Status',
    'Show Volume in File Browser',
    'Show in Timeline',
    'Snapshot Volume of File Browser Folder…',
    'Snapshot Volume of This Notebook',
    'Snapshot Volume…',
    'Stop Server for a Restore…',
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
  await datamark.select(datamark.snapshot('from the palette'));
  await datamark.runFromPalette('Restore Snapshot…');
  await datamark
    .dialog(/^Restore /)
    .getByRole('button', { name: 'Restore', exact: true })
    .click();
  await expect.poll(() => textOf(root, 'notes.txt')).toBe('first\n');
  await expect(datamark.toast(/is restored to/)).toBeVisible();
  // The open notebook shows what its file has: nothing is asked, and the palette opens.
  await datamark.runFromPalette('Undo Restore…');
  await datamark
    .dialog(/^Undo the restore of /)
    .getByRole('button', { name: /^Undo/ })
    .click();
  await expect.poll(() => textOf(root, 'notes.txt')).toBe('spoilt\n');
});

test('the open row, the clones and the volume from the palette', async ({ page, datamark, jupyter }) => {
  test.setTimeout(180_000);
  const { root } = jupyter;
  await datamark.openPanel();
  for (const label of [
    'Rename Snapshot…',
    'Delete Snapshot…',
    'Restore Snapshot…',
    'Copy Snapshot Name',
    'Show in Timeline'
  ]) {
    expect(await datamark.paletteReason(label)).toBe('Select a snapshot in the timeline first.');
  }
  await datamark.runFromPalette('Snapshot Volume of File Browser Folder…');
  await datamark
    .dialog(/^Snapshot /)
    .getByLabel('Title')
    .fill('of the folder');
  await page.keyboard.press('Enter');
  await datamark.readySnapshots.filter({ hasText: 'of the folder' }).waitFor();
  await datamark.select(datamark.snapshot('of the folder'));
  const [name] = await datamark.storedSnapshots(root);

  await datamark.runFromPalette('Rename Snapshot…');
  await datamark
    .dialog(/^Rename /)
    .getByLabel('Title')
    .fill('renamed');
  await page.keyboard.press('Enter');
  const row = datamark.snapshot('renamed');
  await expect(row).toBeVisible();

  await datamark.runFromPalette('Edit Snapshot Note…');
  const note = datamark.dialog(/^Note of /);
  await note.getByLabel('Note').fill('for the paper');
  await note.getByRole('button', { name: 'Save' }).click();
  await expect(datamark.timeline).toContainText('for the paper');

  const held = datamark.timeline.locator('[role="row"][aria-label*="held"]');
  expect(await datamark.paletteReason('Release Snapshot')).toBe('This snapshot is not held.');
  await datamark.runFromPalette('Hold Snapshot…');
  await datamark
    .dialog(/^Hold /)
    .getByRole('button', { name: 'Hold' })
    .click();
  await expect(held).toHaveCount(1);
  await datamark.runFromPalette('Release Snapshot');
  await expect(held).toHaveCount(0);

  await datamark.runFromPalette('Copy Snapshot Name');
  await expect(datamark.toast(`The name is on the clipboard: ${name ?? 'none'}`)).toBeVisible();

  for (const clone of ['one', 'two']) {
    await datamark.runFromPalette('Clone Snapshot…');
    await datamark
      .dialog(/^Clone /)
      .getByLabel('Name')
      .fill(clone);
    await page.keyboard.press('Enter');
    await expect.poll(() => namesIn(root, 'datamark-clones').catch(() => [])).toContain(clone);
  }
  await datamark.runFromPalette('Open Clone');
  const open = page.getByRole('dialog').filter({ hasText: 'Open which clone?' });
  await open.getByRole('combobox').selectOption('two, clone of project');
  await open.getByRole('button', { name: 'Open' }).click();
  await expect.poll(() => page.filebrowser.getCurrentDirectory()).toBe('datamark-clones/two');
  await datamark.runFromPalette('Show Volume in File Browser');
  await expect.poll(() => page.filebrowser.getCurrentDirectory()).toBe('');

  await datamark.runFromPalette('Delete Clone…');
  const which = page.getByRole('dialog').filter({ hasText: 'Delete which clone?' });
  await which.getByRole('combobox').selectOption('one, clone of project');
  await which.getByRole('button', { name: 'Delete…' }).click();
  await datamark.confirmDelete(datamark.dialog(/^Delete clone “one”/), 'one');
  await expect.poll(() => namesIn(root, 'datamark-clones')).toEqual(['two']);

  await expect(datamark.timeline).toBeHidden();
  await datamark.runFromPalette('Show in Timeline');
  await expect(row).toBeInViewport();
  await expect(row).toHaveAttribute('aria-selected', 'true');
  await datamark.runFromPalette('Delete Snapshot…');
  await datamark.confirmDelete(datamark.dialog('Delete snapshot “renamed”?'), 'renamed');
  await expect.poll(() => datamark.storedSnapshots(root)).toEqual([]);
});

test.describe('on slow storage that is full once', () => {
  const faults = { slowMs: 1000, fail: { step: 'snapshot:copied', code: 'ENOSPC', times: 1 } };
  test.use({ server: { seed: smallProject, environment: { DATAMARK_TEST_FAULTS: JSON.stringify(faults) } } });

  test('a failed snapshot is made again and cancelled from the palette', async ({ page, datamark, jupyter }) => {
    await datamark.openPanel();
    expect(await datamark.paletteReason('Cancel Operation')).toBe('Nothing is running.');
    await datamark.pressSnapshot();
    await datamark
      .dialog(/^Snapshot /)
      .getByLabel('Title')
      .fill('nightly export');
    await page.keyboard.press('Enter');
    const row = datamark.snapshot('nightly export');
    await expect(row).toContainText('Not created');
    await datamark.select(row);

    await datamark.runFromPalette('Retry Snapshot');
    await expect(row).toContainText('creating');
    await datamark.runFromPalette('Cancel Operation');

    await expect(row).toHaveCount(0);
    await expect(datamark.readySnapshots).toHaveCount(0);
    expect(await datamark.storedSnapshots(jupyter.root)).toEqual([]);
  });
});
