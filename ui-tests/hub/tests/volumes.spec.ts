/** The ways in which hubs mount volumes: a home, one dataset for all, directories of a claim, read-only, old names. */
import { VolumeList } from '../../../contract';
import { expect, logInTo, test } from '../fixtures';
import { hub } from '../hub';
import { listed } from '../cluster';
import { askServer } from '../userFiles';

const SHARED = 'jupyterhub-shared-volume';

test('home is the user’s own; the dataset of all is told to be shared, and is snapshotted where the admin allows it', async ({
  user,
  datamark
}) => {
  await datamark.openPanel();
  const rows = datamark.volumes.getByRole('row');
  await expect(rows).toHaveCount(2);
  const shared = rows.filter({ hasText: 'shared' }).last();
  await shared.click();
  await expect(shared).toContainText('/home/shared');
  await expect(shared.getByText('shared', { exact: true }).last()).toBeVisible();
  await datamark.makeSnapshot('the dataset of today');

  const [made] = await listed('volumesnapshot', `${SHARED}.`);
  expect(made).toMatchObject({
    metadata: { annotations: { 'datamark.github.io/created-by': user } },
    spec: { source: { persistentVolumeClaimName: SHARED } }
  });
});

test('a directory of a shared claim can’t be cloned, and says why', async ({ user, page }) => {
  await hub.start(user, 'sub-path');
  const datamark = await logInTo(page, user);
  await datamark.openPanel();
  const rows = datamark.volumes.getByRole('row');
  // One claim is one volume, however often it is mounted.
  await expect(rows).toHaveCount(2);
  await rows.filter({ hasText: 'shared' }).last().click({ button: 'right' });
  const entry = page.locator('.lm-Menu-item').filter({ hasText: /^Clone / });
  await expect(entry).toHaveClass(/lm-mod-disabled/);
  await page.keyboard.press('Escape');
});

test('a claim that is mounted read-only can be snapshotted; clone and restore say why they can’t', async ({
  user,
  page
}) => {
  await hub.start(user, 'read-only');
  const datamark = await logInTo(page, user);
  await datamark.openPanel();
  await expect(datamark.volumes.getByRole('row')).toHaveCount(3);
  const reference = datamark.volumes.getByRole('row').filter({ hasText: 'reference-data' });
  await expect(reference.getByText('read-only', { exact: true })).toBeVisible();
  await expect(reference.getByText('shared', { exact: true })).toBeVisible();
  await expect(datamark.volumes.getByRole('row').filter({ hasText: 'home' }).getByText('read-only')).toHaveCount(0);
  await reference.click();
  await expect(reference).toContainText('/data/reference');
  const title = `as delivered to ${user}`;
  await datamark.makeSnapshot(title);
  const [made] = (await listed('volumesnapshot', 'reference-data.')).filter(
    ({ metadata }) => metadata.annotations?.['datamark.github.io/title'] === title
  );
  expect(made).toMatchObject({
    metadata: { annotations: { 'datamark.github.io/created-by': user } },
    spec: { source: { persistentVolumeClaimName: 'reference-data' } },
    status: { readyToUse: true }
  });

  await datamark.snapshot(title).click({ button: 'right' });
  for (const entry of [/^Restore /, /^Clone /]) {
    await expect(page.locator('.lm-Menu-item').filter({ hasText: entry })).toHaveClass(/lm-mod-disabled/);
  }
  await page.keyboard.press('Escape');
  await datamark.select(datamark.snapshot(title));
  expect(await datamark.paletteReason('Restore Snapshot…')).toMatch(/Claim reference-data is mounted read-only here\./);
  const { items } = VolumeList.parse(await (await askServer(user, 'datamark/api/v1/volumes')).json());
  expect(items.find(({ id }) => id === 'reference-data')?.can).toMatchObject({
    clone: { available: false, reason: 'Claim reference-data belongs to librarians.' },
    restore: { available: false, reason: 'Claim reference-data is mounted read-only here.' }
  });
});

test.describe('a name that hubs have to rewrite', () => {
  test.use({ userPrefix: 'ann.lee-' });

  test('finds its claim all the same', async ({ user, datamark }) => {
    await datamark.openPanel();
    await datamark.makeSnapshot('with a rewritten name');
    const [made] = await listed('volumesnapshot', 'claim-ann-lee-');
    expect(made?.metadata.annotations?.['datamark.github.io/created-by']).toBe(user);
  });
});
