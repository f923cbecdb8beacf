/** Chosen files of a snapshot come back beside the present ones: named or picked, planned, found in their folder. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../fixtures';
import { seriousFindings } from '../pages/accessibility';
import { namesIn, smallProject, textOf } from '../server/files';

test.use({ server: { seed: smallProject } });

const restoredIn = async (root: string): Promise<string> =>
  (await namesIn(root, '.')).find(name => name.startsWith('restored-')) ?? '';

test('files are named and picked, and nothing that is there is replaced', async ({ page, datamark, jupyter }) => {
  const { root } = jupyter;
  await datamark.openPanel();
  await datamark.makeSnapshot('good');
  await writeFile(join(root, 'notes.txt'), 'newer\n');
  await rm(join(root, 'data', 'readings.csv'));

  await datamark.chooseFromMenu(datamark.snapshot('good'), /^Copy Files Back/);
  const chooser = datamark.dialog('Copy files back from “good”');
  const paths = chooser.getByLabel('Files and folders');
  await expect(paths).toBeFocused();
  await paths.fill('data/\n../elsewhere');
  await expect(chooser.getByRole('alert')).toContainText('Line 2: write a path inside');
  await expect(chooser.getByRole('button', { name: 'Continue' })).toHaveAttribute('aria-disabled', 'true');
  expect(await seriousFindings(page, '.jp-Dialog')).toEqual([]);

  await paths.fill('data/');
  await chooser.getByRole('button', { name: 'Add from the file browser…' }).click();
  const browser = page.getByRole('dialog').filter({ hasText: 'Files and folders to copy back' });
  await browser.getByText('notes.txt').click();
  await browser.getByRole('button', { name: /^(Open|Select)$/ }).click();
  await expect(paths).toHaveValue('data/\nnotes.txt\n');
  await chooser.getByRole('button', { name: 'Continue' }).click();

  const plan = datamark.dialog(/^Copy files of .* back from /);
  await expect(plan.getByRole('listitem').filter({ hasText: 'notes.txt' })).toBeVisible();
  await expect(plan.getByText('Nothing is replaced')).toHaveCount(1);
  const yes = plan.getByRole('button', { name: 'Copy files back' });
  await expect(yes).not.toHaveAttribute('aria-disabled', 'true');
  expect(await seriousFindings(page, '.jp-Dialog')).toEqual([]);
  expect(await restoredIn(root)).toBe('');
  await yes.click();

  const toast = datamark.toast(/restored-/);
  await expect(toast).toBeVisible();
  const folder = await restoredIn(root);
  expect(await textOf(root, `${folder}/notes.txt`)).toBe('first\n');
  expect(await textOf(root, `${folder}/data/readings.csv`)).toBe('time,value\n1,10\n2,20\n');
  expect(await textOf(root, 'notes.txt')).toBe('newer\n');
  expect(await namesIn(root, 'data')).toEqual([]);
  await expect(datamark.timeline.getByRole('row').filter({ hasText: 'Files copied back from' })).toContainText(folder);

  await toast.getByRole('button', { name: 'Show folder' }).click();
  await expect(page.locator('.jp-FileBrowser .jp-BreadCrumbs').filter({ visible: true })).toContainText(folder);
});

test('what the snapshot does not have is named before anything is written', async ({ datamark, jupyter }) => {
  await datamark.openPanel();
  await datamark.makeSnapshot('good');
  await datamark.chooseFromMenu(datamark.snapshot('good'), /^Copy Files Back/);
  const chooser = datamark.dialog('Copy files back from “good”');
  await chooser.getByLabel('Files and folders').fill('never/there.txt');
  await chooser.getByRole('button', { name: 'Continue' }).click();

  const plan = datamark.dialog(/can’t be copied back yet$/);
  await expect(plan).toContainText('never/there.txt is not in the snapshot.');
  await plan.getByRole('button', { name: 'Close' }).last().click();
  expect(await restoredIn(jupyter.root)).toBe('');
});
