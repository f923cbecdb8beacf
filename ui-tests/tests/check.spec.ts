/** The check report: from the footer and the palette, by keyboard, with what is missing on disk, in all themes. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../fixtures';
import { seriousFindings } from '../pages/accessibility';
import { smallProject } from '../server/files';

test.use({ server: { seed: smallProject } });

test('the footer and the palette open the report; it names what is missing and who has it', async ({
  page,
  datamark,
  jupyter
}) => {
  const { root } = jupyter;
  await datamark.openPanel();
  await datamark.panel.getByRole('button', { name: 'Connected · plain directories' }).click();

  await expect(datamark.check.getByRole('heading', { name: 'Datamark check' })).toBeVisible();
  await expect(datamark.check).toContainText('checked just now');
  await expect(datamark.finding(/Works: Store of /)).toContainText('The first snapshot makes the store');
  await expect(datamark.finding(/Works: Sidecar/)).toContainText('Node.js');
  await expect(datamark.finding(/Missing: /)).toHaveCount(0);

  await datamark.makeSnapshot('before');
  const lock = join(root, '.datamark', 'lock');
  const held = JSON.parse(await readFile(lock, 'utf8')) as object;
  await writeFile(lock, JSON.stringify({ ...held, id: 'other', host: 'elsewhere.example' }));
  await datamark.runFromPalette('Check What Datamark Can Do Here');
  await expect(datamark.finding(/Missing: Store of /)).toContainText('elsewhere.example');
  await expect(datamark.check.getByRole('listitem').first()).toContainText('Missing');
  await expect(datamark.panel.getByRole('button', { name: '1 feature off: see check report' })).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Datamark check' })).toHaveCount(1);
});

test('by the keyboard: the list has the focus, Check again and Copy report are next to it', async ({
  page,
  datamark
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await datamark.runFromPalette('Check What Datamark Can Do Here');
  await expect(datamark.finding(/Works: Sidecar/)).toBeVisible();
  await datamark.tabTo(datamark.check.getByRole('button', { name: 'Copy report' }));
  await page.keyboard.press('Enter');
  await expect(datamark.check).toContainText('Copied.');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('[Works] Sidecar: Datamark ');
  await page.keyboard.press('Tab');
  await expect(datamark.check.getByRole('button', { name: 'Check again' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(datamark.check.getByRole('list')).toBeFocused();
});

for (const theme of ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast']) {
  test(`axe finds nothing serious in ${theme}`, async ({ page, datamark }) => {
    await page.theme.setTheme(theme);
    await datamark.runFromPalette('Check What Datamark Can Do Here');
    await expect(datamark.finding(/Works: Sidecar/)).toBeVisible();
    expect(await seriousFindings(page, '.dm-check')).toEqual([]);
  });
}
