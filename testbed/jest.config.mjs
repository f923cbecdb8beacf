// Tests against a real cluster: the one that KUBECONFIG names. They share it, so one file runs at a time.
import { sidecar } from '../jest.config.mjs';

process.env.TZ = 'UTC';

export default {
  rootDir: '..',
  roots: ['<rootDir>/testbed', '<rootDir>/server/src', '<rootDir>/contract'],
  testEnvironment: 'node',
  testMatch: ['<rootDir>/testbed/tests/**/*.test.ts'],
  ...sidecar,
  maxWorkers: 1,
  testTimeout: 120_000
};
