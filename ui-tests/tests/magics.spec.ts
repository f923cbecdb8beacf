/** The magics in a notebook with a real kernel: their rich output, and buttons that look at the live state first. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../fixtures';
import { notebookOf, smallProject, textOf } from '../server/files';

test.use({
  server: {
    seed: async root => {
      await smallProject(root);
      await writeFile(
        join(root, 'magics.ipynb'),
        notebookOf(
          '%load_ext datamark',
          '%datamark snapshot --title "from a cell"',
          '%%snapshot --title "before the run"\nprint("ran")',
          '%datamark snapshots'
        )
      );
    }
  }
});

test('what the magics make shows in the panel, and Show in an output opens its row', async ({
  page,
  datamark,
  jupyter
}) => {
  test.setTimeout(180_000);
  await datamark.openPanel();
  await datamark.openNotebook('magics.ipynb');
  await page.notebook.run();

  await expect(datamark.readySnapshots).toHaveCount(2);
  await expect(datamark.snapshot('from a cell')).toContainText('magics.ipynb');
  const outputs = page.locator('.jp-NotebookPanel .jp-OutputArea-output');
  await expect(outputs.filter({ hasText: 'ran' }).first()).toBeVisible();
  const rich = page.locator('.jp-NotebookPanel .dm-output').filter({ hasText: 'from a cell' }).first();
  await rich.getByRole('button', { name: /^Show/ }).click();
  await expect(datamark.snapshot('from a cell')).toHaveAttribute('aria-selected', 'true');

  const stored = await datamark.storedSnapshots(jupyter.root);
  expect(stored).toHaveLength(2);
  expect(await textOf(jupyter.root, `.datamark/snapshots/${stored[0]}/tree/notes.txt`)).toBe('first\n');
});

test('a button in an old output says that the snapshot is gone', async ({ page, datamark, jupyter }) => {
  test.setTimeout(180_000);
  await datamark.openPanel();
  await datamark.openNotebook('magics.ipynb');
  await page.notebook.runCell(0);
  await page.notebook.runCell(1);
  await expect(datamark.readySnapshots).toHaveCount(1);
  await datamark.chooseFromMenu(datamark.snapshot('from a cell'), /^Delete/);
  await datamark.confirmDelete(datamark.dialog(/^Delete snapshot /), 'from a cell');
  await expect.poll(() => datamark.storedSnapshots(jupyter.root)).toEqual([]);

  const rich = page.locator('.jp-NotebookPanel .dm-output').filter({ hasText: 'from a cell' }).first();
  await rich.getByRole('button', { name: /^Show/ }).click();

  await expect(rich).toContainText(/deleted|no longer|not found/i);
});
