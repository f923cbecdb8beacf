/** Restores, on the files on disk: what the preview says, what then happens, and the way back. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../fixtures';
import { namesIn, smallProject, textOf } from '../server/files';

test.use({ server: { seed: smallProject } });

test('restore shows what will change, brings it back, and Undo takes it back', async ({ page, datamark, jupyter }) => {
  const { root } = jupyter;
  await datamark.openPanel();
  await datamark.makeSnapshot('good');
  await writeFile(join(root, 'notes.txt'), 'spoilt\n');
  await rm(join(root, 'data', 'readings.csv'));
  await writeFile(join(root, 'later.txt'), 'made since\n');

  await datamark.chooseFromMenu(datamark.snapshot('good'), /^Restore/);
  const plan = datamark.dialog(/^Restore .* to /);
  await expect(plan).toContainText(/1\s*file goes back to older content/);
  await expect(plan).toContainText(/1\s*deleted file comes back/);
  await expect(plan).toContainText(/1\s*file made since then goes away/);
  expect(await textOf(root, 'notes.txt')).toBe('spoilt\n');
  await plan.getByRole('button', { name: 'Restore', exact: true }).click();

  await expect(datamark.toast(/is restored to/)).toBeVisible();
  expect(await textOf(root, 'notes.txt')).toBe('first\n');
  expect(await textOf(root, 'data/readings.csv')).toBe('time,value\n1,10\n2,20\n');
  expect(await namesIn(root, '.')).not.toContain('later.txt');

  await datamark
    .toast(/is restored to/)
    .getByRole('button', { name: /^Undo/ })
    .click();
  const undo = datamark.dialog(/^Undo the restore of /);
  await undo.getByRole('button', { name: /^Undo/ }).click();
  await expect.poll(() => textOf(root, 'notes.txt')).toBe('spoilt\n');
  await expect.poll(() => namesIn(root, 'data')).toEqual([]);
  expect(await textOf(root, 'later.txt')).toBe('made since\n');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('Cancel in the preview changes nothing', async ({ datamark, jupyter }) => {
  await datamark.openPanel();
  await datamark.makeSnapshot('good');
  await writeFile(join(jupyter.root, 'notes.txt'), 'newer\n');

  await datamark.chooseFromMenu(datamark.snapshot('good'), /^Restore/);
  const plan = datamark.dialog(/^Restore .* to /);
  await expect(plan).toContainText(/1\s*file goes back/);
  await plan.getByRole('button', { name: 'Cancel' }).click();

  await expect(plan).toBeHidden();
  expect(await textOf(jupyter.root, 'notes.txt')).toBe('newer\n');
  expect(await datamark.storedSnapshots(jupyter.root)).toHaveLength(1);
});
