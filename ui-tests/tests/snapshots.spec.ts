/** What is done with a snapshot from its row: made, renamed, noted, held, deleted; and what is refused, in which words. */
import { expect, test } from '../fixtures';
import { smallProject } from '../server/files';

test.use({ server: { seed: smallProject } });

test.beforeEach(async ({ datamark }) => {
  await datamark.openPanel();
});

test('the dialog offers a selected title, and Enter makes the snapshot', async ({ page, datamark }) => {
  await datamark.pressSnapshot();
  const title = datamark.dialog(/^Snapshot /).getByLabel('Title');
  await expect(title).toBeFocused();
  await expect(title).toHaveValue(/^\d{4}-\d\d-\d\d/);
  expect(await title.evaluate((field: HTMLInputElement) => field.value.slice(field.selectionStart ?? 0))).toMatch(
    /^\d{4}-/
  );

  await page.keyboard.type('features v3 frozen');
  await page.keyboard.press('Enter');

  await expect(datamark.readySnapshots).toHaveCount(1);
  await expect(datamark.readySnapshots).toContainText('features v3 frozen');
});

test('a title that can’t be is refused in the dialog, before anything is made', async ({ datamark, jupyter }) => {
  await datamark.pressSnapshot();
  const dialog = datamark.dialog(/^Snapshot /);

  await dialog.getByLabel('Title').fill('x'.repeat(300));
  await expect(dialog.getByRole('alert').filter({ hasText: 'at most 200 characters' })).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Snapshot', exact: true })).toHaveAttribute('aria-disabled', 'true');
  await dialog.getByLabel('Title').fill('bell \u0007');
  await expect(dialog.getByRole('alert').filter({ hasText: 'control characters' })).toBeVisible();

  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  expect(await datamark.storedSnapshots(jupyter.root)).toEqual([]);
});

test('rename and note change the row and stay after a reload', async ({ page, datamark }) => {
  await datamark.makeSnapshot('first try');

  await datamark.chooseFromMenu(datamark.snapshot('first try'), /^Rename/);
  await datamark
    .dialog(/^Rename /)
    .getByLabel('Title')
    .fill('baseline');
  await datamark
    .dialog(/^Rename /)
    .getByRole('button', { name: 'Rename' })
    .click();
  await expect(datamark.snapshot('baseline')).toBeVisible();
  await datamark.chooseFromMenu(datamark.snapshot('baseline'), /note/i);
  await datamark
    .dialog(/^Note of /)
    .getByLabel('Note')
    .fill('before the\nnew sensor');
  await datamark
    .dialog(/^Note of /)
    .getByRole('button', { name: 'Save' })
    .click();
  await datamark.select(datamark.snapshot('baseline'));
  await expect(datamark.snapshot('baseline')).toContainText('new sensor');

  await page.reload();
  await datamark.openPanel();
  await datamark.select(datamark.snapshot('baseline'));
  await expect(datamark.snapshot('baseline')).toContainText('new sensor');
});

test('a held snapshot can’t be deleted, and the refusal says who holds it and until when', async ({
  datamark,
  jupyter
}) => {
  await datamark.makeSnapshot('frozen');
  await datamark.chooseFromMenu(datamark.snapshot('frozen'), /^Hold/);
  await datamark
    .dialog(/^Hold /)
    .getByRole('button', { name: 'Hold' })
    .click();
  await expect(datamark.timeline.locator('[role="row"][aria-label*="held"]')).toHaveCount(1);

  await datamark.chooseFromMenu(datamark.snapshot('frozen'), /^Delete/);
  const refusal = datamark.dialog(/can’t be deleted/);
  await expect(refusal).toContainText('frozen');
  await expect(refusal).toContainText('until it is released');
  await expect(refusal).toContainText(process.env.USER ?? 'root');
  await refusal.getByRole('button', { name: 'Keep it' }).click();
  expect(await datamark.storedSnapshots(jupyter.root)).toHaveLength(1);

  await datamark.chooseFromMenu(datamark.snapshot('frozen'), /^Release/);
  await expect(datamark.timeline.locator('[role="row"][aria-label*="held"]')).toHaveCount(0);
});

test('delete asks with the name of the snapshot, and only then removes it', async ({ datamark, jupyter }) => {
  await datamark.makeSnapshot('by mistake');

  await datamark.chooseFromMenu(datamark.snapshot('by mistake'), /^Delete/);
  const dialog = datamark.dialog('Delete snapshot “by mistake”?');
  await expect(dialog).toContainText('can’t be undone');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await datamark.storedSnapshots(jupyter.root)).toHaveLength(1);

  await datamark.chooseFromMenu(datamark.snapshot('by mistake'), /^Delete/);
  await datamark.confirmDelete(dialog, 'by mistake');
  await expect(datamark.snapshot('by mistake')).toHaveCount(0);
  await expect.poll(() => datamark.storedSnapshots(jupyter.root)).toEqual([]);
});
