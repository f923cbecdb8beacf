// Tests against a real MLflow. Each file starts servers of its own, and one needs 720 MB: one file runs at a time.
import { sidecar } from '../jest.config.mjs';

process.env.TZ = 'UTC';

export default {
  rootDir: '..',
  roots: ['<rootDir>/lineage-tests', '<rootDir>/server/src', '<rootDir>/contract'],
  testEnvironment: 'node',
  testMatch: ['<rootDir>/lineage-tests/tests/**/*.test.ts'],
  ...sidecar,
  maxWorkers: 1,
  testTimeout: 120_000
};
