/**
 * Browser tests: a real browser on a real JupyterLab with the real sidecar on real files. Each test starts its own
 * server (fixtures.ts), so that no test sees what another one left.
 */
import { defineConfig } from '@playwright/test';
import path from 'node:path';

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  reporter: [['line'], ['json']],
  // One at a time: two browsers on two cores are no faster and make waits longer.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    actionTimeout: 20_000,
    // Recording needs a browser build of Playwright's own.
    video: 'off',
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      // $CHROMIUM or Debian’s.
      executablePath: path.join(__dirname, 'chromium.py'),
      args: [
        // Chromium refuses its sandbox to root, as in containers.
        '--no-sandbox',
        '--disable-dev-shm-usage',
        // No requests but those of the page.
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-default-apps',
        '--no-first-run'
      ]
    }
  }
});
