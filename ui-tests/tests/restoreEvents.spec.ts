/** What a page shows after a restore: its row in the timeline with Undo, and open files only where their content differs. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../fixtures';
import { notebookOf, smallProject, textOf } from '../server/files';

test.use({ server: { seed: smallProject } });

test('the timeline tells of the restore, and its row undoes it', async ({ datamark, jupyter }) => {
  await datamark.openPanel();
  await datamark.makeSnapshot('good');
  await writeFile(join(jupyter.root, 'notes.txt'), 'newer\n');
  await datamark.chooseFromMenu(datamark.snapshot('good'), /^Restore/);
  await datamark
    .dialog(/^Restore .* to /)
    .getByRole('button', { name: 'Restore', exact: true })
    .click();

  await datamark.select(datamark.snapshot('Restored from'));
  await expect(datamark.snapshot('Restored from')).toContainText('took');
  await expect(datamark.snapshot('kept for Undo')).toHaveCount(1);
  expect(await textOf(jupyter.root, 'notes.txt')).toBe('first\n');
  await datamark
    .snapshot('Restored from')
    .getByRole('button', { name: /^Undo restore/ })
    .click();
  await datamark
    .dialog(/^Undo the restore of /)
    .getByRole('button', { name: /^Undo/ })
    .click();

  await expect(datamark.snapshot('Restore undone')).toBeVisible();
  expect(await textOf(jupyter.root, 'notes.txt')).toBe('newer\n');
});

test('a restore that was asked for elsewhere is told of open files that differ, and of no other', async ({
  datamark,
  jupyter,
  page
}) => {
  await datamark.openPanel();
  await writeFile(join(jupyter.root, 'same.ipynb'), notebookOf('2 + 2'));
  await datamark.makeSnapshot('good');
  // One is changed, the other one only gets another time.
  await writeFile(join(jupyter.root, 'analysis.ipynb'), notebookOf('1 + 100'));
  await writeFile(join(jupyter.root, 'same.ipynb'), notebookOf('2 + 2'));
  await datamark.openNotebook('same.ipynb');
  await datamark.openNotebook('analysis.ipynb');
  await expect(page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)')).toContainText('1 + 100');
  // Saved once more: the same content, spelt in JupyterLab's own way.
  await datamark.execute('docmanager:save-all');
  await datamark.openPanel();

  const api = `${jupyter.url}/datamark/api/v1`;
  const [snapshot] = await datamark.storedSnapshots(jupyter.root);
  const key = { 'Idempotency-Key': 'restore-elsewhere' };
  const asked = await page.request.post(`${api}/restores`, { data: { snapshot }, headers: key });
  const { id, uid } = (await asked.json()) as { id: string; uid: string };
  await expect
    .poll(async () => ((await (await page.request.get(`${api}/restores/${id}`)).json()) as { phase: string }).phase)
    .toBe('planned');
  await page.request.post(`${api}/restores/${id}/approve`, { data: { uid } });

  const offer = datamark.dialog(/^Open files of .* show what was there before/);
  await expect(offer.getByRole('listitem')).toHaveText(['analysis.ipynb']);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
