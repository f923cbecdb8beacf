/** The one click from a notebook, and a second one while the first is still at work. */
import { expect, test } from '../fixtures';
import { smallProject, textOf } from '../server/files';

test.use({ server: { seed: smallProject } });

test('one click in the notebook toolbar makes a snapshot that appears in the open timeline', async ({
  page,
  datamark,
  jupyter
}) => {
  await datamark.openPanel();
  await datamark.openNotebook('analysis.ipynb');
  const address = page.url();

  await datamark.notebookButton.click();

  await expect(datamark.readySnapshots).toHaveCount(1);
  await expect(datamark.readySnapshots).toContainText('analysis.ipynb');
  expect(page.url()).toBe(address);
  const [snapshot] = await datamark.storedSnapshots(jupyter.root);
  expect(await textOf(jupyter.root, `.datamark/snapshots/${snapshot}/tree/notes.txt`)).toBe('first\n');
});

test.describe('while storage is slow', () => {
  test.use({
    server: { seed: smallProject, environment: { DATAMARK_TEST_FAULTS: JSON.stringify({ slowMs: 1500 }) } }
  });

  test('a second click makes no second snapshot', async ({ datamark, jupyter }) => {
    await datamark.openPanel();
    await datamark.openNotebook('analysis.ipynb');

    await datamark.notebookButton.click();
    await expect(datamark.snapshot('analysis.ipynb').first()).toContainText('creating');
    await datamark.notebookButton.click({ force: true });

    await expect(datamark.readySnapshots).toHaveCount(1, { timeout: 60_000 });
    expect(await datamark.storedSnapshots(jupyter.root)).toHaveLength(1);
  });
});
