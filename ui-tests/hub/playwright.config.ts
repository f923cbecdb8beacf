/**
 * Browser tests on a real JupyterHub on a real cluster. They share the hub and its cluster; each has a user of its own
 * (fixtures.ts), so that two run at a time. Beside them some only wait, and when all others are done, whatever they came
 * to, some take parts of the cluster away. What they need stands in environment.ts. `--no-deps` leaves out the latter.
 */
import base from '../playwright.config';

const WAITING = 'idle.spec.ts';
const TAKING_AWAY = ['apiServerAway.spec.ts', 'restoreGate.spec.ts', 'restoreOnTheWay.spec.ts'];

export default {
  ...base,
  testDir: './tests',
  outputDir: '../../.build/tests/hub-results',
  globalSetup: require.resolve('./setUpNamespace'),
  // Other servers start meanwhile, and other suites may run, on the same processors.
  timeout: 480_000,
  expect: { timeout: 45_000 },
  use: { ...base.use, actionTimeout: 45_000 },
  workers: 4,
  // A teardown runs also after failures, where a project with dependencies would be left out.
  projects: [
    { name: 'waiting', testMatch: WAITING, workers: 2, teardown: 'faults' },
    { name: 'hub', testIgnore: [WAITING, ...TAKING_AWAY], workers: 2, teardown: 'faults' },
    { name: 'faults', testMatch: TAKING_AWAY, workers: 1 }
  ]
};
