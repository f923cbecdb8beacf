// Measurements that use what the tests of the cluster use; started by bench/cluster.
import cluster from '../jest.config.mjs';

export default {
  ...cluster,
  rootDir: '../..',
  testMatch: ['<rootDir>/testbed/measure/**/*.measure.ts'],
  testTimeout: 600_000
};
