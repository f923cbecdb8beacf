/**
 * Browser tests on a real JupyterHub on a real cluster. They share the hub and its cluster, so one runs at a time; each
 * has a user of its own (fixtures.ts). What they need stands in environment.ts.
 */
import base from '../playwright.config';

export default {
  ...base,
  testDir: './tests',
  outputDir: '../../.build/tests/hub-results',
  globalSetup: require.resolve('./setUpNamespace'),
  timeout: 240_000
};
