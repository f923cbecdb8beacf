// Two projects: the sidecar, the contract and the stand-ins of ONTAP and Trident in Node, the front end in jsdom.
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

/** For whatever loads the sidecar's sources; the cluster tests, too. */
export const sidecar = {
  transform: { ...swc, '^.+\\.js$': swc['^.+\\.tsx?$'] },
  // The Kubernetes client and what its configuration needs are ES modules, which jest's `require` can't load.
  transformIgnorePatterns: [
    'node_modules/(?!(@kubernetes/client-node|js-yaml|jsonpath-plus|openid-client|oauth4webapi|jose)/)'
  ],
  // As in the bundle.
  moduleNameMapper: {
    '^\\./gen/index\\.js$': '<rootDir>/server/src/testing/leftOut.cjs',
    '^(socks|socks-proxy-agent|hpagent)$': '<rootDir>/server/src/testing/leftOut.cjs'
  }
};

export default {
  projects: [
    {
      displayName: 'server',
      testEnvironment: 'node',
      testMatch: ['server/src', 'contract', 'testbed/ontap', 'testbed/trident'].map(
        folder => `<rootDir>/${folder}/**/*.test.ts`
      ),
      ...sidecar
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
