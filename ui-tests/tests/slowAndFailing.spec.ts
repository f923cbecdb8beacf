/** What a person sees while something takes long, fails, or its process is killed: true words, and a way on. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { APIRequestContext } from '@playwright/test';
import { expect, test } from '../fixtures';
import type { DatamarkPage } from '../pages/datamarkPage';
import { smallProject, textOf } from '../server/files';
import type { JupyterServer } from '../server/jupyterServer';

/** Every step of the sidecar takes this long, in ms. */
const SLOW = 1500;
const faults = (given: object): { environment: Record<string, string> } => ({
  environment: { DATAMARK_TEST_FAULTS: JSON.stringify(given) }
});

/** Starts a snapshot through the dialog and does not wait for it. */
async function begin(datamark: DatamarkPage, title: string): Promise<void> {
  await datamark.pressSnapshot();
  const dialog = datamark.dialog(/^Snapshot /);
  await dialog.getByLabel('Title').fill(title);
  await dialog.getByRole('button', { name: 'Snapshot', exact: true }).click();
}

/** The sidecar that serves the page. */
async function sidecarOf(request: APIRequestContext, jupyter: JupyterServer): Promise<number> {
  const answer = await request.get(`${jupyter.url}/datamark/api/v1/status`);
  return ((await answer.json()) as { pid: number }).pid;
}

test.beforeEach(async ({ datamark }) => {
  await datamark.openPanel();
});

test.describe('on slow storage', () => {
  test.use({ server: { seed: smallProject, ...faults({ slowMs: SLOW }) } });

  test('a snapshot counts its seconds on its row and can be cancelled in the footer', async ({ datamark, jupyter }) => {
    await begin(datamark, 'long one');

    const row = datamark.snapshot('long one');
    await expect(row).toContainText(/creating, [2-9] s/);
    const operation = datamark.panel.locator('.dm-footer-row').filter({ hasText: 'Creating “long one”' });
    await expect(operation).toContainText(/\d s/);
    await operation.getByRole('button', { name: 'Cancel' }).click();

    await expect(operation).toHaveCount(0);
    await expect(datamark.readySnapshots).toHaveCount(0);
    expect(await datamark.storedSnapshots(jupyter.root)).toEqual([]);
    expect(await textOf(jupyter.root, 'notes.txt')).toBe('first\n');
  });

  test('a second click while one is being made makes no second one', async ({ datamark, jupyter }) => {
    await begin(datamark, 'only one');
    await expect(datamark.snapshot('only one')).toContainText('creating');
    await datamark.execute('datamark:snapshot-notebook', { path: 'analysis.ipynb' });

    await expect(datamark.toast(/Nothing was made twice/)).toBeVisible();
    await expect(datamark.readySnapshots).toHaveCount(1);
    expect(await datamark.storedSnapshots(jupyter.root)).toHaveLength(1);
  });

  test('after a kill of its process the page recovers, says what was interrupted, and tries again', async ({
    datamark,
    jupyter,
    page
  }) => {
    await begin(datamark, 'unlucky');
    await expect(datamark.snapshot('unlucky')).toContainText(/creating, [2-9] s/);
    const first = await sidecarOf(page.request, jupyter);
    process.kill(first, 'SIGKILL');

    await expect(datamark.snapshot('unlucky')).toContainText(/Not created: The server ended before .* was complete/);
    await expect(datamark.panel.locator('.dm-footer')).toContainText('Connected');
    expect(await sidecarOf(page.request, jupyter)).not.toBe(first);
    expect(await textOf(jupyter.root, 'notes.txt')).toBe('first\n');
    await datamark.snapshot('unlucky').getByRole('button', { name: 'Retry' }).click();
    await expect(datamark.readySnapshots).toHaveCount(1);
    expect(await datamark.storedSnapshots(jupyter.root)).toHaveLength(1);
  });

  test('a restore shows its steps, and Cancel before the swap leaves everything as it was', async ({
    datamark,
    jupyter
  }) => {
    await datamark.makeSnapshot('good');
    await writeFile(join(jupyter.root, 'notes.txt'), 'newer\n');
    await datamark.chooseFromMenu(datamark.snapshot('good'), /^Restore/);
    const plan = datamark.dialog(/^Restore .* to /);
    await plan.getByRole('button', { name: 'Restore', exact: true }).click();

    const card = datamark.dialog(/^Restoring /);
    await expect(card).toContainText(/Elapsed: \d/);
    await card.getByRole('button', { name: 'Cancel restore' }).click();

    await expect(card).toBeHidden();
    await expect(datamark.toast(/was cancelled\. Your data is as before/)).toBeVisible();
    expect(await textOf(jupyter.root, 'notes.txt')).toBe('newer\n');
    await expect(datamark.snapshot('Restored from')).toHaveCount(0);
  });
});

test.describe('on storage that is full once', () => {
  test.use({
    server: { seed: smallProject, ...faults({ fail: { step: 'snapshot:copied', code: 'ENOSPC', times: 1 } }) }
  });

  test('a snapshot that failed says why, touches nothing else, and Retry makes it', async ({ datamark, jupyter }) => {
    await begin(datamark, 'nightly export');

    const row = datamark.snapshot('nightly export');
    await expect(row).toContainText(/Not created: .*(full|space)/);
    expect(await datamark.storedSnapshots(jupyter.root)).toEqual([]);
    expect(await textOf(jupyter.root, 'notes.txt')).toBe('first\n');
    await row.getByRole('button', { name: 'Retry' }).click();

    await expect(datamark.readySnapshots).toHaveCount(1);
    await expect(datamark.readySnapshots).toContainText('nightly export');
    expect(await datamark.storedSnapshots(jupyter.root)).toHaveLength(1);
  });
});
