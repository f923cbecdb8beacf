/** A restore that can't begin: the dialog names what is in the way and offers a way round it. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../fixtures';
import { smallProject } from '../server/files';

const TIB = 1024 ** 4;

/** A project with a file that is larger than any disk here and takes no space, because it is one hole. */
async function withHugeFile(root: string): Promise<void> {
  await smallProject(root);
  const file = await open(join(root, 'huge.bin'), 'w');
  await file.truncate(12 * TIB);
  await file.close();
}

test.use({
  server: {
    seed: withHugeFile,
    environment: { DATAMARK_TEST_FAULTS: JSON.stringify({ method: 'hardlink' }) }
  }
});

test('a restore without enough free space says so and can’t be approved', async ({ datamark, jupyter, page }) => {
  await datamark.openPanel();
  await datamark.makeSnapshot('with all data');
  await rm(join(jupyter.root, 'huge.bin'));
  await datamark.chooseFromMenu(datamark.snapshot('with all data'), /^Restore/);

  const blocked = datamark.dialog('project can’t be restored yet');
  await expect(blocked).toContainText(/free, and the restored files need 12(\.0)? TiB/);
  await expect(blocked).toContainText('You don’t have to wait: clone this snapshot');
  await expect(blocked.getByRole('button', { name: /^Restore/ })).toHaveAttribute('aria-disabled', 'true');
  await blocked.getByRole('button', { name: 'Close' }).click();

  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(await datamark.storedSnapshots(jupyter.root)).toHaveLength(1);
});
