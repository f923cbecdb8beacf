/** The whole way on a hub: log in, snapshot, clone, work on the clone in a server of its own, lose the pod, go on. */
import { notebookOf } from '../../server/files';
import { kubectl, listed } from '../cluster';
import { expect, test, untilLab } from '../fixtures';
import { hub } from '../hub';
import { contents, putFile } from '../userFiles';

test('one click snapshots the home volume, and its clone opens in a named server', async ({ lab, user, datamark }) => {
  await putFile(user, 'result.txt', 'first\n');
  await datamark.openPanel();
  await expect(datamark.volumes.getByRole('row').first()).toContainText('home');
  await datamark.makeSnapshot('before the change');
  await putFile(user, 'result.txt', 'second\n');

  const [snapshot] = await listed('volumesnapshot', `claim-${user}.`);
  expect(snapshot).toMatchObject({
    metadata: {
      annotations: { 'datamark.github.io/title': 'before the change', 'datamark.github.io/created-by': user }
    },
    spec: { source: { persistentVolumeClaimName: `claim-${user}` } },
    status: { readyToUse: true }
  });

  await datamark.chooseFromMenu(datamark.snapshot('before the change'), /^Clone/);
  const question = datamark.dialog(/^Clone /);
  await question.getByLabel('Name').fill('sweep');
  await question.getByRole('button', { name: 'Clone', exact: true }).click();
  await datamark.openSection('Clones');
  await expect(datamark.clone('sweep')).toContainText(/made just now|Not in use/);

  await datamark.clone('sweep').getByRole('button', { name: 'Open' }).click();
  const opened = lab.context().waitForEvent('page');
  await datamark
    .dialog(/^Open clone /)
    .getByRole('button', { name: 'Open in a named server' })
    .click();
  const second = await opened;
  await untilLab(second, user, 'sweep');
  expect(await contents(`${user}/sweep`, 'clones/sweep/result.txt')).toBe('first\n');
  expect(await contents(user, 'result.txt')).toBe('second\n');
});

test('magics in a kernel make what the panel shows, and a cell reads from the clone’s source', async ({
  lab,
  user,
  datamark
}) => {
  await putFile(
    user,
    'magics.ipynb',
    notebookOf(
      '%load_ext datamark',
      '%datamark snapshot --title "from a cell"',
      '%%snapshot --title "before the run"\nprint("the cell ran")',
      '%datamark clone "from a cell" --name made-by-magic',
      '%datamark snapshots'
    )
  );
  await datamark.openPanel();
  await datamark.openNotebook('magics.ipynb');
  await datamark.execute('notebook:run-all-cells');

  await expect(datamark.readySnapshots).toHaveCount(2, { timeout: 60_000 });
  await expect(datamark.snapshot('from a cell')).toContainText('magics.ipynb');
  const outputs = lab.locator('.jp-NotebookPanel .jp-OutputArea-output');
  await expect(outputs.filter({ hasText: 'the cell ran' }).first()).toBeVisible();
  await expect(outputs.filter({ hasText: 'Clone made-by-magic of from a cell' }).first()).toBeVisible();
  await datamark.openSection('Clones');
  await expect(datamark.clone('made-by-magic')).toBeVisible();
});

test('everything is there again after the pod was lost', async ({ lab, user, datamark }) => {
  await datamark.openPanel();
  await putFile(user, 'result.txt', 'kept\n');
  await datamark.makeSnapshot('survives');
  await datamark.execute('datamark:clone-volume', { volume: `claim-${user}`, name: 'stays' });
  const pod = `jupyter-${user}`;
  const before = await kubectl('get', 'pod', pod, '-o', 'jsonpath={.metadata.uid}');

  await kubectl('delete', 'pod', pod, '--wait=true');
  await hub.stopAll(user);
  await hub.start(user);

  expect(await kubectl('get', 'pod', pod, '-o', 'jsonpath={.metadata.uid}')).not.toBe(before);
  // The hub made the new server known to itself alone: the page that was open all the while has to log in to it.
  await expect(datamark.panel).toContainText('Reload the page', { timeout: 90_000 });
  await lab.reload();
  await untilLab(lab, user);
  await datamark.openPanel();
  await expect(datamark.readySnapshots.filter({ hasText: 'survives' })).toBeVisible();
  await datamark.openSection('Clones');
  await expect(datamark.clone('stays')).toBeVisible();
  expect(await contents(user, 'result.txt')).toBe('kept\n');
});
