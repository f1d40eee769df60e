// Threads that tests' own process starts from source run the compiled modules (jest.compile.js), as processes do:
// registering a loader of TypeScript and reading the sources through it takes a second of each.
const { existsSync } = require('node:fs');
const { join, relative } = require('node:path');
const threads = require('node:worker_threads');
const { fileURLToPath, pathToFileURL } = require('node:url');

const place = join(__dirname, 'node_modules/.cache/scene-mtl/compiled');
const SOURCE = /"(file:[^"]+\.ts)"/g;

/** Address of what a source file is compiled to; none for what is not of the packages. */
function compiled(address) {
  const file = join(place, relative(__dirname, fileURLToPath(address))).replace(/\.ts$/, '.js');
  return existsSync(file) ? pathToFileURL(file).href : undefined;
}

class Worker extends threads.Worker {
  constructor(code, options = {}) {
    const { eval: isCode, workerData } = options;
    const given = isCode ? [...String(code).matchAll(SOURCE)].map(([, address]) => address) : [];
    const { recipe } = workerData ?? {};
    const named = typeof recipe === 'string' && recipe.endsWith('.ts') ? [...given, recipe] : given;
    // A reader's or task's own source needs the loader.
    const isOurs = named.length > 0 && named.every((address) => compiled(address));
    const others = JSON.stringify(workerData?.argument ?? null).includes('.ts"');
    if (!isOurs || others) {
      super(code, options);
      return;
    }
    const module = `import(${JSON.stringify(compiled(given.at(-1)))})`;
    const data = recipe ? { ...workerData, recipe: compiled(recipe) ?? recipe } : workerData;
    super(module, { ...options, execArgv: [], workerData: data });
  }
}

threads.Worker = Worker;
