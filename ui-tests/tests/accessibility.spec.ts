/** axe finds nothing serious in the panel and the dialogs, in the three themes that JupyterLab ships. */
import { expect, test } from '../fixtures';
import { seriousFindings } from '../pages/accessibility';
import { smallProject } from '../server/files';

test.use({ server: { seed: smallProject } });

for (const theme of ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast']) {
  test(`no serious finding in ${theme}`, async ({ page, datamark }) => {
    await page.theme.setTheme(theme);
    await datamark.openPanel();
    expect.soft(await seriousFindings(page, '.dm-panel'), 'empty panel').toEqual([]);
    await datamark.makeSnapshot('features v3 frozen');
    await datamark.makeSnapshot('before the sweep');
    await datamark.openSection('Clones');
    await datamark.select(datamark.snapshot('features v3 frozen'));
    expect.soft(await seriousFindings(page, '.dm-panel'), 'panel').toEqual([]);

    await datamark.pressSnapshot();
    await datamark.dialog(/^Snapshot /).waitFor();
    expect.soft(await seriousFindings(page, '.jp-Dialog'), 'create dialog').toEqual([]);
    await page.keyboard.press('Escape');
    for (const [entry, dialog] of [
      [/^Restore/, /^Restore /],
      [/^Clone/, /^Clone /],
      [/^Hold/, /^Hold /],
      [/^Rename/, /^Rename /],
      [/^Delete/, /^Delete /]
    ] as const) {
      await datamark.chooseFromMenu(datamark.snapshot('features v3 frozen'), entry);
      await datamark.dialog(dialog).waitFor();
      expect.soft(await seriousFindings(page, '.jp-Dialog'), String(entry)).toEqual([]);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
  });
}
