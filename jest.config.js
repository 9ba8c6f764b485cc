/** One project per kind of test: unit needs nothing, integration a broker and a store, e2e the whole system, browser a Chromium, too. */
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['/dist/', '/target/', '/\\.syncline/'],
};

/** @type {import('jest').Config} */
export default {
  // For what hangs. A test that takes longer by its nature says so itself; a slow machine fails none.
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{packages,services,infra}/**/src/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.int\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/{packages,services,infra}/**/src/**/*.int.test.ts'],
      globalSetup: '<rootDir>/packages/testkit/jest-global-setup.js',
      globalTeardown: '<rootDir>/packages/testkit/jest-global-teardown.js',
    },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/e2e/src/**/*.e2e.test.ts'] },
    { ...shared, displayName: 'browser', testMatch: ['<rootDir>/e2e/src/**/*.browser.test.ts'] },
  ],
};
