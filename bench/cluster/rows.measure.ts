/**
 * Makes snapshots of a claim in the panel and notes when each row says that it is ready, by the page's clock, which is this
 * machine's. Writes the times by title, in seconds since 1970, where browser.py told it.
 */
import { writeFile } from 'node:fs/promises';
import { expect, test } from '../../ui-tests/fixtures';

const COUNT = 10;

const { DATAMARK_BENCH_REPORT: reportPath = '', DATAMARK_BENCH_SERVER: environment = '{}' } = process.env;

test.use({ server: { environment: JSON.parse(environment) as Record<string, string> } });

test('from a click to a row that is ready', async ({ page, datamark }) => {
  await datamark.openPanel();
  await expect(datamark.snapshotButton).toBeEnabled();
  await page.evaluate(() => {
    const seen: Record<string, number> = {};
    const look = (): void => {
      for (const row of document.querySelectorAll('.dm-panel [role="row"][aria-label*=", ready"]')) {
        const [title = ''] = (row.getAttribute('aria-label') ?? '').split(',');
        seen[title] ??= (performance.timeOrigin + performance.now()) / 1000;
      }
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
    Object.assign(window, { datamarkBenchRows: seen });
  });
  for (let number = 0; number < COUNT; number += 1) {
    await datamark.makeSnapshot(`measured ${number}`);
  }
  const seen = await page.evaluate(() => (window as unknown as { datamarkBenchRows: object }).datamarkBenchRows);
  await writeFile(reportPath, JSON.stringify(seen));
});
