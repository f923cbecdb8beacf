import { expect, test } from '../fixtures';

test('JupyterLab opens', async ({ page }) => {
  await expect(page.locator('#jp-main-dock-panel')).toBeVisible();
});
