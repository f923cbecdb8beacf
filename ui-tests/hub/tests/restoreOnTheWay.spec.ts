/** A restore whose server still runs: it can be left and cancelled at each step, and another page of the server takes it up. */
import type { Page } from '@playwright/test';
import { bed } from '../../../testbed/support/bed';
import { notebookOf } from '../../server/files';
import { kubectl, listed } from '../cluster';
import { expect, logInTo, test } from '../fixtures';
import { STOPPED_CARD, startAgain, stopAndStartAgain, SWAPPING, volumeOf } from '../guidedRestore';
import { until } from '../until';
import { contents, putFile } from '../userFiles';

test.skip(bed === undefined, 'Only of the test bed can the provisioner be held.');

interface DocumentsOfThePage {
  jupyterapp: { commands: { execute(id: string, args: object): Promise<unknown> } };
}

/** Opens a file and types at its end, without saving. */
async function edit(lab: Page, path: string, words: string): Promise<void> {
  await lab.evaluate(async given => {
    const { jupyterapp } = window as unknown as DocumentsOfThePage;
    await jupyterapp.commands.execute('docmanager:open', { path: given });
  }, path);
  const editor = lab.locator('.lm-DockPanel-widget:not(.lm-mod-hidden) .cm-content').first();
  await editor.click();
  await lab.keyboard.press('Control+End');
  await lab.keyboard.type(words);
  await expect(editor).toContainText(words);
}

test('before the server stops it can be left and cancelled; a second page goes on with it, and a toast undoes it', async ({
  lab,
  user,
  datamark
}) => {
  test.setTimeout(600_000);
  await putFile(user, 'todo.txt', 'first\n');
  await putFile(user, 'analysis.ipynb', notebookOf('1 + 1'));
  await datamark.openPanel();
  await datamark.makeSnapshot('good');
  const first = await volumeOf(user);
  const server = () => kubectl('get', 'pod', `jupyter-${user}`, '-o', 'jsonpath={.metadata.uid}');
  const running = await server();
  const claims = async () => (await listed('persistentvolumeclaim', `claim-${user}`)).length;
  const dialogs = lab.getByRole('dialog').filter({ visible: true });
  const home = datamark.volumes.getByRole('row').first();
  const ask = () => datamark.chooseFromMenu(datamark.snapshot('good'), /^Restore/);
  const yes = lab.getByRole('dialog').getByRole('button', { name: 'Stop server and restore' });

  await edit(lab, 'todo.txt', 'second');
  await edit(lab, 'analysis.ipynb', ' + 40');
  await ask();
  const plan = datamark.dialog(/^Restore home to /);
  await expect(plan).toContainText(/2 have unsaved changes, not counted above: .*(todo\.txt|analysis\.ipynb)/);
  await expect(plan).toContainText('todo.txt');
  await expect(plan).toContainText('analysis.ipynb');
  await lab.keyboard.press('Escape');
  await expect(dialogs).toHaveCount(0);
  expect(await contents(user, 'todo.txt')).toBe('first\n');

  // As long as it is held, the restored volume is not made.
  bed?.signal('csi-provisioner', 'SIGSTOP');
  try {
    await ask();
    await yes.click();
    const card = datamark.dialog(STOPPED_CARD);
    await expect(card).toContainText('Your server goes on until all is prepared. You can cancel until then.');
    expect(await contents(user, 'todo.txt')).toBe('first\nsecond');
    expect(await contents(user, 'analysis.ipynb')).toContain('1 + 1 + 40');
    await card.getByRole('button', { name: 'Cancel restore' }).click();
    await expect(datamark.toast('The restore of home was cancelled. Your data is as before.')).toBeVisible();
    await expect(dialogs).toHaveCount(0);

    await ask();
    await yes.click();
    await card.getByRole('button', { name: 'Cancel restore' }).waitFor();
    await lab.keyboard.press('Escape');
    await expect(dialogs).toHaveCount(0);
    await expect(home).toContainText('Restoring to ');
    await lab.reload();
    await datamark.openPanel();
    await expect(home).toContainText('Restoring to ');
    expect(await server()).toBe(running);
  } finally {
    bed?.signal('csi-provisioner', 'SIGCONT');
  }

  await expect(home).toContainText('your server has to stop', { timeout: 120_000 });
  const other = await logInTo(await lab.context().newPage(), user);
  await other.openPanel();
  await edit(other.page, 'todo.txt', ' third');
  const stop = other.volumes.getByRole('button', { name: 'Stop server now' });
  const question = other.dialog('Stop your server to restore home?');
  const dialogsThere = other.page.getByRole('dialog').filter({ visible: true });
  await stop.click();
  await expect(question).toContainText('1 open file has unsaved changes: todo.txt. It is saved first');
  await other.page.keyboard.press('Escape');
  await expect(dialogsThere).toHaveCount(0);
  expect(await server()).toBe(running);
  await stop.click();
  await question.getByRole('button', { name: 'Save and stop server' }).click();
  await other.dialog(STOPPED_CARD).waitFor();
  await other.page.keyboard.press('Escape');
  await startAgain(other.page, other, SWAPPING);

  // It goes away by itself.
  await other
    .toast(/home is restored to/)
    .getByRole('button', { name: 'Undo…' })
    .click({ timeout: 90_000 });
  expect(await contents(user, 'todo.txt')).toBe('first\n');
  await other.dialog('Undo the restore of home?').waitFor();
  await stopAndStartAgain(other.page, other, 'Stop server and undo', SWAPPING);

  await expect(other.toast(/The restore of home is undone/)).toBeVisible({ timeout: 90_000 });
  expect(await contents(user, 'todo.txt')).toBe('first\nsecond third');
  expect(await volumeOf(user)).toBe(first);
  // Of the restored volume, which is kept now, no claim is left.
  await until('only the claim of the home to be there', async () => (await claims()) === 1);
});
