/** When a page of JupyterLab has become what it was the last time: until then it opens and closes panels by itself. */
import type { Page } from '@playwright/test';

interface LoadingPage {
  jupyterapp?: { restored: Promise<unknown> };
  hasItsLayout?: true;
}

/**
 * Waits until a page that was loaded has brought back its layout. Asked again and again without waiting inside the page: to
 * Playwright any promise is true, also that of a page which has no JupyterLab yet.
 */
export async function untilRestored(page: Page): Promise<void> {
  const hasItsLayout = (): boolean => {
    const loading = window as unknown as LoadingPage;
    void loading.jupyterapp?.restored.then(() => {
      loading.hasItsLayout = true;
    });
    return loading.hasItsLayout === true;
  };
  try {
    await page.waitForFunction(hasItsLayout, undefined, { timeout: 120_000 });
  } catch (error) {
    throw new Error(`JupyterLab did not bring back its layout: ${await shownInstead(page)}`, { cause: error });
  }
}

/** What stands on a page that did not become JupyterLab, or not all of it. */
async function shownInstead(page: Page): Promise<string> {
  const words = await page.evaluate(() => {
    const lab = 'jupyterapp' in window ? 'JupyterLab' : 'no JupyterLab';
    return `${lab}, ${document.readyState}: ${document.title}: ${document.body.innerText.slice(0, 300)}`;
  });
  return `${page.url()}: ${words.replaceAll(/\s+/g, ' ')}`;
}
