/** Snapshots of several volumes in one go: one after the other, each with its own result. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '../fixtures';

/** Two volumes, `work` and `data`, in the server's own configuration. */
async function twoVolumes(root: string): Promise<void> {
  const configuration = join(dirname(root), 'home', 'config');
  await mkdir(configuration, { recursive: true });
  const volumes = { work: 'work', data: 'data' };
  await writeFile(join(configuration, 'jupyter_config.json'), JSON.stringify({ DatamarkExtension: { volumes } }));
  for (const name of Object.keys(volumes)) {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'file.txt'), name);
  }
}

test.use({
  server: { seed: twoVolumes, environment: { DATAMARK_TEST_FAULTS: JSON.stringify({ slowMs: 1000 }) } }
});

test('one that is busy refuses and says so, the other one is made', async ({ datamark, jupyter }) => {
  await datamark.openPanel();
  await datamark.execute('datamark:create-snapshot', { volume: 'data', title: 'first of data' });
  await datamark.execute('datamark:open-panel');
  await datamark.pressSnapshot();
  const dialog = datamark.dialog(/^Snapshot /);
  await dialog.getByRole('checkbox', { name: /^work/ }).check();
  await dialog.getByRole('checkbox', { name: /^data/ }).check();
  await expect(dialog).toContainText('One volume after the other: not one instant.');
  await dialog.getByLabel('Title').fill('both');
  await dialog.getByRole('button', { name: 'Snapshot', exact: true }).click();

  await expect(datamark.toast('No snapshot of data')).toBeVisible();
  await expect(datamark.toast('Snapshot of work is ready')).toBeVisible();
  expect(await datamark.storedSnapshots(join(jupyter.root, 'work'))).toHaveLength(1);
  await expect.poll(() => datamark.storedSnapshots(join(jupyter.root, 'data'))).toHaveLength(1);
});
