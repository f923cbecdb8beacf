/** A year of work: 10,000 snapshots in one list, of which only the ones on the screen are in the page. */
import { expect, test } from '../fixtures';
import { seedSnapshots } from '../server/seedSnapshots';

const COUNT = 10_000;

test.use({ server: { seed: root => seedSnapshots(root, COUNT) } });

test('the list knows all, shows the newest, and reaches the oldest', async ({ page, datamark }) => {
  test.setTimeout(240_000);
  await datamark.openPanel();
  await expect(datamark.snapshot(`run ${COUNT}`)).toBeVisible();
  const rows = Number(await datamark.timeline.getAttribute('aria-rowcount'));
  expect(rows).toBeGreaterThanOrEqual(COUNT);
  expect(await datamark.timeline.getByRole('row').count()).toBeLessThan(200);

  await datamark.timeline.focus();
  await page.keyboard.press('End');

  await expect(datamark.timeline.getByRole('row', { name: /^run 1, / })).toBeVisible();
  expect(await datamark.timeline.getByRole('row').count()).toBeLessThan(200);
});

test('search finds one in ten thousand', async ({ page, datamark }) => {
  test.setTimeout(240_000);
  await datamark.openPanel();
  await expect(datamark.snapshot(`run ${COUNT}`)).toBeVisible();

  await datamark.timeline.focus();
  await page.keyboard.press('/');
  await page.keyboard.type('run 4711');

  await expect(datamark.readySnapshots).toHaveCount(1);
  await expect(datamark.snapshot('run 4711')).toBeVisible();
});
