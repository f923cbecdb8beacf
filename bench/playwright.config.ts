/** The browser tests' settings for the measurements in a browser; started by panel.py. */
import { defineConfig } from '@playwright/test';
import browserTests from '../ui-tests/playwright.config';

export default defineConfig({
  ...browserTests,
  testDir: '.',
  testMatch: '*.bench.ts',
  outputDir: '../.build/bench/browser',
  reporter: 'line',
  timeout: 600_000
});
