/** The browser tests' settings for the measurement in a browser on a cluster; started by browser.py. */
import { defineConfig } from '@playwright/test';
import browserTests from '../../ui-tests/playwright.config';

export default defineConfig({
  ...browserTests,
  testDir: '.',
  testMatch: '**/*.measure.ts',
  outputDir: '../../.build/bench-cluster/browser',
  reporter: 'line',
  timeout: 600_000
});
