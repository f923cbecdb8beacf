/** The browser tests' settings for taking the pictures of the README; started by `make screenshots`. */
import { defineConfig } from '@playwright/test';
import browserTests from '../playwright.config';

export default defineConfig({
  ...browserTests,
  testDir: '.',
  testMatch: '*.shot.ts',
  outputDir: '../../.build/screenshots',
  reporter: 'line',
  use: { ...browserTests.use, viewport: { width: 1200, height: 760 }, deviceScaleFactor: 1.5 }
});
