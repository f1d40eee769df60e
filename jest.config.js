import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {import('jest').Config} */
export default {
  testEnvironment: here('./jest.environment.cjs'),
  testEnvironmentOptions: {
    customExportConditions: ['@scene-mtl/source', 'node', 'node-addons'],
  },
  globalSetup: here('./jest.begin.js'),
  globalTeardown: here('./jest.end.js'),
  setupFilesAfterEnv: [
    './jest.setup.ts',
    './jest.properties.ts',
    './jest.data.ts',
    './jest.compiled.ts',
  ].map(here),
  testMatch: ['**/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/runs/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      },
    ],
  },
  reporters: ['default', here('./scripts/plain-reporter.js')],
  // One more than by default: much of a test is waiting for files and processes.
  maxWorkers: '100%',
  testTimeout: 120_000,
  coverageProvider: 'v8',
};
