// Two projects: the sidecar and the contract in Node, the front end in jsdom.
// Days and clock times read the same on every machine.
process.env.TZ = 'UTC';

const swc = {
  '^.+\\.tsx?$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', tsx: true },
        transform: { react: { runtime: 'classic' } }
      }
    }
  ]
};

export default {
  projects: [
    {
      displayName: 'server',
      testEnvironment: 'node',
      testMatch: ['<rootDir>/server/src/**/*.test.ts', '<rootDir>/contract/**/*.test.ts'],
      transform: swc
    },
    {
      displayName: 'front end',
      testEnvironment: 'jsdom',
      testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/src/**/*.test.tsx'],
      setupFiles: ['<rootDir>/src/testing/browserShims.cjs'],
      moduleNameMapper: {
        '\\.(css|less)$': '<rootDir>/src/testing/emptyStyle.cjs',
        '\\.svg(\\?.*)?$': '<rootDir>/src/testing/svgText.cjs'
      },
      transform: { ...swc, '^.+\\.m?js$': swc['^.+\\.tsx?$'] },
      transformIgnorePatterns: []
    }
  ]
};
