/**
 * What every browser test starts from: a Jupyter server of its own, a page of JupyterLab on it, and the folder on disk.
 */
import { test as galataTest } from '@jupyterlab/galata';
import { DatamarkPage } from './pages/datamarkPage';
import { DEFAULT_SERVER, startJupyterServer, type JupyterServer, type ServerOptions } from './server/jupyterServer';

export { expect } from '@jupyterlab/galata';

interface Fixtures {
  /** How the server of this test differs from the default one: `test.use({ server: { token: 'x' } })`. */
  server: Partial<ServerOptions>;
  /** false: the test goes to the page by itself. */
  opened: boolean;
  jupyter: JupyterServer;
  /** Datamark on the page. */
  datamark: DatamarkPage;
}

export const test = galataTest.extend<Fixtures>({
  server: [{}, { option: true }],
  opened: [true, { option: true }],
  autoGoto: false,
  jupyter: async ({ server }, use, testInfo) => {
    const jupyter = await startJupyterServer({ ...DEFAULT_SERVER, ...server });
    try {
      await use(jupyter);
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('server log', { body: await jupyter.log(), contentType: 'text/plain' });
      }
    } finally {
      await jupyter.stop();
    }
  },
  baseURL: async ({ jupyter }, use) => {
    await use(jupyter.url);
  },
  // The tests look at the server's root itself, which is the volume; no folder of Galata's in it.
  tmpPath: async ({}, use) => {
    await use('');
  },
  page: async ({ page, opened }, use) => {
    if (opened) {
      await page.goto('?reset');
    }
    await use(page);
  },
  datamark: async ({ page }, use) => {
    await use(new DatamarkPage(page));
  }
});
