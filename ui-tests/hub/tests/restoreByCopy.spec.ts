/** Bringing back without another volume: chosen files beside the present ones, and all files over those of the home. */
import { bed } from '../../../testbed/support/bed';
import { kubectl } from '../cluster';
import { expect, test } from '../fixtures';
import { exists, STOPPED_CARD, startAgain, volumeOf } from '../guidedRestore';
import { until } from '../until';
import { askServer, contents, makeFolder, putFile } from '../userFiles';

test.skip(bed === undefined, 'Only the test bed can be given the image of the controller.');

/** Name of the folder in which files came back. */
async function restoredFolder(user: string): Promise<string> {
  const { content } = (await (await askServer(user, 'api/contents/')).json()) as { content: { name: string }[] };
  return content.map(({ name }) => name).find(name => name.startsWith('restored-')) ?? '';
}

test('chosen files come back beside the present ones, and then all files over them', async ({
  lab,
  user,
  datamark
}) => {
  test.setTimeout(600_000);
  await putFile(user, 'notes.txt', 'first\n');
  await makeFolder(user, 'data');
  await putFile(user, 'data/readings.csv', '1,2\n');
  await datamark.openPanel();
  await datamark.makeSnapshot('good');
  await putFile(user, 'notes.txt', 'newer\n');
  await askServer(user, 'api/contents/data/readings.csv', { method: 'DELETE' });
  const server = () => kubectl('get', 'pod', `jupyter-${user}`, '-o', 'jsonpath={.metadata.uid}');
  const running = await server();

  await datamark.chooseFromMenu(datamark.snapshot('good'), /^Copy Files Back/);
  const chooser = datamark.dialog('Copy files back from “good”');
  const paths = chooser.getByLabel('Files and folders');
  await paths.fill('data/');
  await chooser.getByRole('button', { name: 'Add from the file browser…' }).click();
  const browser = lab.getByRole('dialog').filter({ hasText: 'Files and folders to copy back' });
  await browser.getByText('notes.txt').click();
  await browser.getByRole('button', { name: /^(Open|Select)$/ }).click();
  await expect(paths).toHaveValue('data/\nnotes.txt\n');
  await chooser.getByRole('button', { name: 'Continue' }).click();
  const filesPlan = datamark.dialog(/^Copy files of home back from /);
  await expect(filesPlan).toContainText('Nothing is replaced');
  await filesPlan.getByRole('button', { name: 'Copy files back' }).click();

  // It goes away by itself.
  const shown = datamark.toast(/restored-/).getByRole('button', { name: 'Show folder' });
  await shown.click({ timeout: 120_000 });
  const folder = await restoredFolder(user);
  expect(await contents(user, `${folder}/notes.txt`)).toBe('first\n');
  expect(await contents(user, `${folder}/data/readings.csv`)).toBe('1,2\n');
  expect(await contents(user, 'notes.txt')).toBe('newer\n');
  expect(await exists(user, 'data/readings.csv')).toBe(false);
  expect(await server()).toBe(running);
  const fileBrowser = lab.locator('.jp-FileBrowser').filter({ visible: true });
  await expect(fileBrowser.locator('.jp-BreadCrumbs')).toContainText(folder);
  await expect(fileBrowser.getByRole('listitem').filter({ hasText: 'notes.txt' })).toBeVisible();

  await datamark.openPanel();
  const home = await volumeOf(user);
  await datamark.chooseFromMenu(datamark.snapshot('good'), /^Restore/);
  const plan = datamark.dialog(/^Restore home to /);
  await plan.getByText('Other ways').click();
  const copy = plan.getByRole('listitem').filter({ hasText: 'Copy over the volume' });
  await copy.getByRole('button', { name: 'Plan this way' }).click();
  await expect(plan).toContainText('Copy the files');
  await expect(plan).toContainText('A snapshot of the present is made first.');
  await plan.getByRole('button', { name: 'Stop server and restore' }).click();

  // The file browser shows a folder that this restore takes away; JupyterLab says so once, if it remembered the folder.
  const missing = lab.getByRole('dialog', { name: /^Cannot open Could not find path: restored-/ });
  await lab.addLocatorHandler(missing, () => missing.getByRole('button', { name: 'Close' }).click());
  const card = datamark.dialog(STOPPED_CARD);
  await expect(card).toContainText('Server stopped. Copying the files can take some minutes', { timeout: 90_000 });
  await expect(card).not.toContainText('swap');
  const phase = () =>
    kubectl('get', 'volumerestores', '-o', `jsonpath={.items[?(@.spec.strategy=="copy")].status.phase}`);
  await until('the files to be copied', async () => /Succeeded/.test(await phase()), 180_000);
  await startAgain(lab, datamark, 'Server stopped.');

  await expect(datamark.toast(/home is restored to/)).toBeVisible({ timeout: 90_000 });
  expect(await contents(user, 'notes.txt')).toBe('first\n');
  expect(await contents(user, 'data/readings.csv')).toBe('1,2\n');
  expect(await restoredFolder(user)).toBe('');
  expect(await volumeOf(user)).toBe(home);
  await datamark.openPanel();
  await expect(datamark.timeline.getByRole('row').filter({ hasText: 'kept for Undo' })).toBeVisible();
});
