import { readdirSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
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

// Who may import whom inside a package: its folders, lowest first. A folder's own files are free. Files that
// stand beside the folders (index.ts, cli.ts) may import all.
const foldersMayImport = {
  'packages/lab/src': {
    specs: [],
    store: ['specs'],
    execute: ['specs', 'store'],
    remote: ['specs', 'store', 'execute'],
    queue: ['specs', 'store', 'execute', 'remote'],
    bucket: ['specs', 'store', 'remote'],
    batch: ['specs', 'store', 'execute', 'remote'],
    testing: ['queue', 'bucket'],
    compare: ['specs'],
    experiment: ['specs', 'store', 'execute', 'compare'],
    publishing: ['specs', 'store', 'compare', 'experiment'],
  },
  'apps/replicate/src': {
    'terminal.ts': [],
    config: [],
    plugins: ['config'],
    run: ['config', 'plugins'],
    data: ['config', 'plugins', 'run'],
    features: ['config'],
    assemble: ['config', 'data', 'features'],
    train: ['config', 'plugins', 'run', 'data', 'features', 'assemble'],
    predict: ['config', 'run', 'data', 'train', 'assemble'],
    export: ['config', 'run', 'predict', 'assemble'],
    weights: ['config', 'run', 'data', 'predict'],
    scenes: ['config', 'plugins', 'run', 'data', 'features', 'train', 'predict', 'assemble'],
    heads: ['config', 'run', 'data', 'features', 'train', 'predict', 'assemble'],
    measure: ['config', 'data', 'train', 'predict', 'export', 'scenes', 'assemble'],
    gate: ['config', 'run', 'data', 'train', 'predict', 'assemble'],
    lineage: ['config', 'run', 'data', 'train', 'predict', 'heads', 'assemble'],
    ledger: ['config', 'run', 'data', 'train', 'predict', 'assemble'],
    importance: ['config', 'run', 'predict', 'gate'],
    compare: ['config', 'run', 'predict'],
    numbers: [],
    demo: [],
    papers: [
      ...['config', 'data', 'train', 'predict', 'gate', 'heads'],
      ...['scenes', 'measure', 'numbers'],
    ],
    results: ['config', 'run', 'scenes', 'measure'],
    commands: [
      ...['config', 'plugins', 'run', 'data', 'train', 'predict', 'export'],
      ...['gate', 'heads', 'importance', 'ledger', 'lineage', 'compare', 'weights'],
      ...['scenes', 'measure', 'papers', 'results', 'demo', 'terminal.ts'],
    ],
  },
};
// A paper's experiments do not know each other: what two of them need stands beside their folders.
const papers = 'apps/replicate/src/papers';
for (const { name } of readdirSync(papers, { withFileTypes: true }).filter((e) =>
  e.isDirectory(),
)) {
  const entries = readdirSync(`${papers}/${name}`, { withFileTypes: true });
  const shared = entries
    .map((e) => e.name)
    .filter((file) => /\.ts$/.test(file) && file !== 'index.ts');
  foldersMayImport[`${papers}/${name}`] = Object.fromEntries(
    entries.filter((e) => e.isDirectory()).map((e) => [e.name, shared]),
  );
}

/** An import that leaves its folder for one that the table does not name. */
const wallsIn = (root, allowed) => ({
  create(context) {
    const placeIn = (file) => relative(resolve(root), file).split(sep);
    const own = placeIn(context.filename)[0];
    const check = ({ source }) => {
      if (!source || !String(source.value).startsWith('.')) return;
      const place = placeIn(resolve(dirname(context.filename), source.value));
      // Outside of this root another wall stands, or the one around the package.
      if (place[0] === '..' || place[0] === own || allowed[own]?.includes(place[0])) return;
      if (!(own in allowed)) return;
      const may = allowed[own].join(', ') || 'nothing beside it';
      const message = `${root}/${own} may import only: ${may} (foldersMayImport in eslint.config.js).`;
      context.report({ node: source, message });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: ({ source }) => source.type === 'Literal' && check({ source }),
    };
  },
});
const folderWalls = Object.entries(foldersMayImport).map(([root, allowed]) => {
  const rule = root.replaceAll('/', '-');
  return {
    files: [`${root}/**/*.ts`],
    plugins: { [rule]: { rules: { walls: wallsIn(root, allowed) } } },
    rules: { [`${rule}/walls`]: 'error' },
  };
});

// How experiments run is the same for every task and paper: `lab` names none.
const named =
  'semantic|instance(?!of)|depth|disparity|normals|kendall|caruana|ruder|mostafa|karpathy|cityscapes|camvid|kitti|nyu|mnist';
const namesNothing = {
  files: ['packages/lab/src/**/*.ts'],
  rules: {
    // In comments too, but for the words that mean something else there.
    'no-warning-comments': [
      'error',
      {
        terms: named.split('|').filter((term) => !/^(instance|depth)/.test(term)),
        location: 'anywhere',
      },
    ],
    'no-restricted-syntax': [
      'error',
      ...[
        `Identifier[name=/${named}/i]`,
        `Literal[value=/${named}/i]`,
        `TemplateElement[value.raw=/${named}/i]`,
      ].map((selector) => ({
        selector,
        message: 'lab knows no task, no data set and no paper: take it from the experiment.',
      })),
    ],
  },
};

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
        __dirname: 'readonly',
        globalThis: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    // Rules that need types are oxlint's (.oxlintrc.json), which is faster.
    extends: [ts.configs.recommended],
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  ...direction,
  ...folderWalls,
  namesNothing,
]);
