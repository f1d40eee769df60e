import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

// Who may import whom (docs/architecture.md). `turbo boundaries` checks declared dependencies; this
// table checks direction.
const ours = ['runtime', 'data', 'core', 'vision-heads', 'datasets', 'eval', 'lab'];
const mayImport = {
  'packages/runtime': [],
  'packages/data': [],
  'packages/core': ['data', 'runtime'],
  'packages/vision-heads': ['data', 'core', 'runtime', 'eval'],
  'packages/datasets': ['data'],
  'packages/eval': ['data'],
  'packages/lab': ['data', 'core', 'runtime', 'eval'],
};
const direction = Object.entries(mayImport).map(([folder, allowed]) => ({
  files: [`${folder}/src/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: ours.filter((p) => !allowed.includes(p)).map((p) => `@scene-mtl/${p}`),
            message: `${folder} may import only: ${allowed.join(', ') || 'nothing of ours'} (docs/architecture.md).`,
          },
          ...(['packages/data', 'packages/eval'].includes(folder)
            ? [
                {
                  group: ['@tensorflow/*', 'onnxruntime*'],
                  message: `${folder} takes typed arrays, not tensors.`,
                },
              ]
            : []),
        ],
      },
    ],
  },
}));

export default defineConfig([
  globalIgnores(['**/dist/', '**/coverage/', 'runs/', '**/fixtures/']),
  js.configs.recommended,
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        URL: 'readonly',
        require: 'readonly',
        module: 'writable',
        globalThis: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [ts.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  ...direction,
]);
