/** A JupyterLab whose server extension is disabled, and one without Node: one clear message, and all else works. */
import { expect, test } from '../fixtures';
import { smallProject } from '../server/files';

test.describe('with the server extension disabled', () => {
  test.use({ server: { seed: smallProject, serverExtension: false } });

  test('the panel says so, once, and notebooks work as ever', async ({ page, datamark }) => {
    const problems: string[] = [];
    page.on('pageerror', error => problems.push(error.stack ?? error.message));
    await datamark.tab.click();

    await expect(datamark.panel.getByRole('heading', { level: 4 })).toHaveCount(1);
    await expect(datamark.panel).toContainText('server part');
    await datamark.openNotebook('analysis.ipynb');
    await page.notebook.runCell(0);

    expect(await page.notebook.getCellTextOutput(0)).toEqual(['2']);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    expect(problems).toEqual([]);
  });
});

test.describe('with a Node.js that is not there', () => {
  test.use({ server: { seed: smallProject, node: '/nowhere/node' } });

  test('the panel tells the cause and what mends it', async ({ datamark }) => {
    await datamark.tab.click();

    await expect(datamark.panel.getByRole('heading', { level: 4 })).toHaveText(/Node\.js/);
    await expect(datamark.panel).toContainText('/nowhere/node');
    await expect(datamark.snapshotButton).toHaveCount(0);
  });
});
