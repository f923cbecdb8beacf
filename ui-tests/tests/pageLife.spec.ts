/** What outlives a reload, and what a panel that nobody sees asks of the server: nothing. */
import { expect, test } from '../fixtures';
import { smallProject } from '../server/files';

const MINUTE = 60_000;

test.use({ server: { seed: smallProject } });

test.describe('with layouts and settings kept by the server', () => {
  test.use({ mockState: false, mockSettings: false });

  test('the panel comes back as it was', async ({ page, datamark }) => {
    await datamark.openPanel();
    await datamark.makeSnapshot('kept open');
    await datamark.openSection('Clones');
    await datamark.select(datamark.snapshot('kept open'));
    await datamark.stateSaved();

    await page.goto('');

    await expect(datamark.panel).toBeVisible();
    await expect(datamark.section('Clones')).toHaveAttribute('aria-expanded', 'true');
    await expect(datamark.snapshot('kept open')).toBeVisible();
  });
});

test('a hidden panel makes no request in a minute', async ({ page, datamark }) => {
  test.setTimeout(3 * MINUTE);
  await datamark.openPanel();
  await datamark.makeSnapshot('seen');
  const streamEnds = page.waitForEvent('requestfailed', request => request.url().includes('/datamark/api/v1/events'));
  await page.sidebar.openTab('filebrowser');
  await expect(datamark.panel).toBeHidden();
  await streamEnds;

  const asked = await page
    .waitForRequest(request => request.url().includes('/datamark/'), { timeout: MINUTE })
    .then(request => request.url())
    .catch(() => null);

  expect(asked).toBeNull();
  // The panel still works: what happened meanwhile shows when it is seen again.
  await datamark.tab.click();
  await expect(datamark.snapshot('seen')).toBeVisible();
});
