/** Restore and undo by magics: the plan, the question, and what a kernel says whose own server has to stop. */
import { bed } from '../../../testbed/support/bed';
import type { DatamarkPage } from '../../pages/datamarkPage';
import { notebookOf } from '../../server/files';
import { expect, test } from '../fixtures';
import { exists, startAgain, SWAPPING } from '../guidedRestore';
import { contents, putFile } from '../userFiles';

test.skip(bed === undefined, 'Only the test bed can be given the image of the controller.');

const NOTEBOOK = 'magics.ipynb';
const CELLS = [
  '%load_ext datamark',
  '%datamark restore good --plan',
  '!datamark restore good --files notes.txt --yes',
  '%datamark restore good',
  '%datamark undo --plan',
  '%datamark undo'
];

/** Runs the cells from one to another; returns what the last one shows. */
async function runCells(datamark: DatamarkPage, from: number, to: number) {
  const { page } = datamark;
  const cell = (index: number) => page.locator('.jp-NotebookPanel .jp-CodeCell').nth(index);
  for (let index = from; index <= to; index += 1) {
    await cell(index).locator('.cm-content').click();
    await page.keyboard.press('Control+Enter');
    if (index < to) {
      await expect(cell(index).locator('.jp-InputPrompt')).toHaveText(/^\[\d+\]:$/, { timeout: 120_000 });
    }
  }
  return cell(to).locator('.jp-Cell-outputArea');
}

/** Says yes in the cell, reads where the server is stopped, and does it there. */
async function agreeAndStop(datamark: DatamarkPage, output: Awaited<ReturnType<typeof runCells>>): Promise<void> {
  const question = output.getByRole('textbox');
  await question.fill('y');
  await question.press('Enter');
  await expect(output).toContainText('press “Stop server now” in the Datamark panel', { timeout: 120_000 });
  await expect(output).toContainText('this kernel ends with the server');
  await datamark.volumes.getByRole('button', { name: 'Stop server now' }).click();
  // The outputs of the notebook are not saved.
  await datamark.page.getByRole('button', { name: 'Save and stop server' }).click();
  await startAgain(datamark.page, datamark, SWAPPING);
}

test('a cell restores the home that its own server works on, and another one undoes it', async ({ user, datamark }) => {
  test.setTimeout(600_000);
  await putFile(user, 'notes.txt', 'first\n');
  await putFile(user, NOTEBOOK, notebookOf(...CELLS));
  await datamark.openPanel();
  await datamark.makeSnapshot('good');
  await putFile(user, 'notes.txt', 'newer\n');
  await datamark.openNotebook(NOTEBOOK);

  await expect(await runCells(datamark, 0, 1)).toContainText('Your server has to stop for it.', { timeout: 60_000 });
  const files = await runCells(datamark, 2, 2);
  await expect(files).toContainText(/Files of home from .* are in restored-/, { timeout: 120_000 });
  const folder = /restored-[\w.-]*\w/.exec(await files.innerText())?.[0] ?? '';
  expect(await contents(user, `${folder}/notes.txt`)).toBe('first\n');
  expect(await contents(user, 'notes.txt')).toBe('newer\n');

  const restoring = await runCells(datamark, 3, 3);
  await expect(restoring).toContainText(/Restore home to .*\?/, { timeout: 60_000 });
  await agreeAndStop(datamark, restoring);
  await expect(datamark.toast(/home is restored to/)).toBeVisible({ timeout: 90_000 });
  expect(await contents(user, 'notes.txt')).toBe('first\n');
  expect(await exists(user, folder)).toBe(false);

  await datamark.openPanel();
  await datamark.openNotebook(NOTEBOOK);
  await runCells(datamark, 0, 0);
  await expect(await runCells(datamark, 4, 4)).toContainText('Undo the restore of home?', { timeout: 60_000 });
  await agreeAndStop(datamark, await runCells(datamark, 5, 5));
  await expect(datamark.toast(/The restore of home is undone/)).toBeVisible({ timeout: 90_000 });
  expect(await contents(user, 'notes.txt')).toBe('newer\n');
  expect(await contents(user, `${folder}/notes.txt`)).toBe('first\n');
});
