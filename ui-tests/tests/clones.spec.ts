/** Clones: made from a snapshot, opened in the file browser, written to, deleted. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../fixtures';
import { namesIn, smallProject, textOf } from '../server/files';

test.use({ server: { seed: smallProject } });

test('a clone of a snapshot opens in the file browser and is apart from the volume', async ({
  page,
  datamark,
  jupyter
}) => {
  await datamark.openPanel();
  await datamark.makeSnapshot('before');
  await writeFile(join(jupyter.root, 'notes.txt'), 'second\n');

  await datamark.chooseFromMenu(datamark.snapshot('before'), /^Clone/);
  const dialog = datamark.dialog(/^Clone /);
  await dialog.getByLabel('Name').fill('sweep-12');
  await dialog.getByRole('button', { name: 'Clone', exact: true }).click();
  await datamark.openSection('Clones');
  await expect(datamark.clone('sweep-12')).toContainText('before');
  await expect.poll(() => namesIn(jupyter.root, 'datamark-clones')).toEqual(['sweep-12']);
  expect(await textOf(jupyter.root, 'datamark-clones/sweep-12/notes.txt')).toBe('first\n');

  await datamark.select(datamark.clone('sweep-12'));
  await datamark.clone('sweep-12').getByRole('button', { name: /^Open/ }).first().click();
  await expect.poll(() => page.filebrowser.getCurrentDirectory()).toBe('datamark-clones/sweep-12');
  await writeFile(join(jupyter.root, 'datamark-clones/sweep-12/notes.txt'), 'third\n');
  expect(await textOf(jupyter.root, 'notes.txt')).toBe('second\n');
});

test('a name that can’t be is refused while it is typed', async ({ datamark }) => {
  await datamark.openPanel();
  await datamark.makeSnapshot('before');
  await datamark.chooseFromMenu(datamark.snapshot('before'), /^Clone/);
  const dialog = datamark.dialog(/^Clone /);

  await dialog.getByLabel('Name').fill('../out');

  await expect(dialog.getByRole('alert').filter({ hasText: 'lower-case letters' })).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Clone', exact: true })).toHaveAttribute('aria-disabled', 'true');
});

test('deleting a clone asks with its name and leaves volume and snapshot alone', async ({ datamark, jupyter }) => {
  await datamark.openPanel();
  await datamark.makeSnapshot('before');
  const [snapshot] = await datamark.storedSnapshots(jupyter.root);
  await datamark.execute('datamark:clone-snapshot', { snapshot: snapshot ?? '', name: 'trial' });
  await datamark.openSection('Clones');
  await expect(datamark.clone('trial')).toBeVisible();
  await expect.poll(() => namesIn(jupyter.root, 'datamark-clones')).toEqual(['trial']);

  await datamark.chooseFromMenu(datamark.clone('trial'), /^Delete/);
  await datamark.confirmDelete(datamark.dialog(/^Delete clone “trial”/), 'trial');

  await expect(datamark.clone('trial')).toHaveCount(0);
  await expect.poll(() => namesIn(jupyter.root, 'datamark-clones')).toEqual([]);
  expect(await datamark.storedSnapshots(jupyter.root)).toEqual([snapshot]);
  expect(await textOf(jupyter.root, 'notes.txt')).toBe('first\n');
});
