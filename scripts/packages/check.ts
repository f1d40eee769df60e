import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { copyExamples, type Example } from './examples.ts';
import { faultsOf, importsOf, packAll, type Packed } from './pack.ts';
import { compileIn, everything, examplesOf, FOREIGN, writeEquals } from './programs.ts';

/**
 * `npm run packages -- [--node FILE …] [--example FOLDER …] [--scripts] [--near] [--keep]` packs what was built,
 * installs the tarballs in an empty folder as a user would, and has programs type-checked and run there, as ES modules
 * and as CommonJS: one that imports everything, README's examples, and `user.ts`; then a short training by the command,
 * and the stories of three users, `examples/student`, `engineer` and `lecturer`. Prints a line a check; exit code 1
 * where one fails.
 *
 * `--node`: run with these in place of this one. `--example`: also what the README of such a folder has one type.
 * `--scripts`: with the install scripts of dependencies, but for the download of ONNX Runtime. `--near`: dependencies
 * are linked to those of this checkout where they are the same, which costs less than to unpack them again (Linux).
 * `--keep`: leave the folder.
 */
const { values } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: [process.execPath] },
    example: { type: 'string', multiple: true, default: [] },
    scripts: { type: 'boolean', default: false },
    near: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});

const root = dirname(dirname(import.meta.dirname));
/** Of three users, from nothing but what is installed. */
const STORIES = ['student', 'engineer', 'lecturer'].map((name) => join(root, 'examples', name));
const work = mkdtempSync(join(tmpdir(), 'scene-mtl-packages-'));
const app = join(work, 'app');
let failed = 0;

/** Performs a check and prints its line; gives what it gave, or undefined where it failed. */
function check<T>(title: string, body: () => T, said: (value: T) => string): T | undefined {
  const begun = performance.now();
  const seconds = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  try {
    const value = body();
    process.stdout.write(`ok    ${title}: ${said(value)} (${seconds()})\n`);
    return value;
  } catch (error) {
    failed++;
    process.stdout.write(`WRONG ${title} (${seconds()}): ${(error as Error).message}\n`);
    return undefined;
  }
}

/** Runs a command line in the user's folder; gives its output, and throws all it said where it fails. */
function run(line: string, node = process.execPath): string {
  const path = [dirname(node), join(app, 'node_modules', '.bin'), process.env['PATH']];
  const env = { ...process.env, PATH: path.join(delimiter), ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const options = { cwd: app, env, encoding: 'utf8', shell: true } as const;
  const { status, stdout, stderr } = spawnSync(line, options);
  if (status !== 0) throw new Error(`${line} ended with code ${status}\n${stdout}${stderr}`);
  return stdout;
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

/** Throws where there is a fault. */
function none(faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

function pack(): Packed[] {
  mkdirSync(app);
  const packed = packAll(root, work);
  const license = readFileSync(join(root, 'LICENSE'), 'utf8');
  none(packed.flatMap((one) => faultsOf(one, license)));
  return packed;
}

/** Links the dependencies of the checkout, without its own packages; npm then takes away what is not asked for. */
function linkNear(): void {
  const own = ['@scene-mtl', '.bin', '.cache', '.package-lock.json'];
  execFileSync('cp', ['-al', join(root, 'node_modules'), app]);
  // npm writes into the last one as it is, which would be the checkout's.
  for (const name of own) {
    rmSync(join(app, 'node_modules', name), { recursive: true, force: true });
  }
}

function install(packed: readonly Packed[]): number {
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }\n');
  if (values.near) linkNear();
  const tarballs = packed.map(({ tarball }) => `./../${basename(tarball)}`).join(' ');
  const scripts = `--ignore-scripts=${!values.scripts}`;
  run(`npm install --prefer-offline --no-audit --no-fund ${scripts} ${tarballs}`);
  const hidden = readFileSync(join(app, 'node_modules', '.package-lock.json'), 'utf8');
  const installed = Object.keys((JSON.parse(hidden) as { packages: object }).packages);
  const copies = installed.filter((path) => path.endsWith('node_modules/@tensorflow/tfjs-core'));
  if (copies.length !== 1) throw new Error(`expected one tfjs-core, got ${copies.join(', ')}`);
  return installed.length;
}

/** Type-checks and writes the programs; gives how many faults there are in others' declarations. */
function compile(packed: readonly Packed[], examples: readonly Example[]): readonly string[] {
  const user = readFileSync(join(import.meta.dirname, 'user.ts'), 'utf8');
  const programs = [
    everything(packed.flatMap(({ manifest }) => importsOf(manifest))),
    ...examplesOf('README.md', readFileSync(join(root, 'README.md'), 'utf8')),
    { name: 'user', text: user },
  ];
  const sources = examples.flatMap((example) => example.sources);
  const faults = compileIn(app, programs, sources);
  const isForeign = ({ file }: { readonly file: string }) => FOREIGN.test(file);
  none(faults.filter((fault) => !isForeign(fault)).map(({ text }) => text));
  foreign = faults.filter(isForeign).length;
  return programs.map(({ name }) => name);
}

let foreign = 0;

const TRAIN =
  'replicate train --profile smoke --name mine --threads 1 --set data.train=8 data.val=2 training.steps=2';

function runAll(node: string, programs: readonly string[], examples: readonly Example[]): void {
  const version = run(`"${node}" --version`).trim();
  const equals = writeEquals(app);
  const before = new Set(readdirSync(app));
  for (const name of programs) {
    for (const extension of ['mjs', 'cjs']) {
      const line = `"${node}" --import "${equals}" out/${name}.${extension}`;
      check(`${version} ${name}.${extension}`, () => lastLine(run(line, node)), String);
    }
  }
  check(`${version} replicate train`, () => lastLine(run(TRAIN, node)), String);
  check(`${version} scene-mtl-engines`, () => run('scene-mtl-engines --help', node), lastLine);
  for (const { name, commands } of examples) {
    for (const line of commands) {
      check(`${version} example ${name}: ${line}`, () => lastLine(run(line, node)), String);
    }
  }
  if (values.keep) return;
  // The next version finds the folder as this one did.
  for (const made of readdirSync(app).filter((name) => !before.has(name))) {
    rmSync(join(app, made), { recursive: true });
  }
}

const packed = check('pack', pack, (all) => `${all.length} tarballs`);
const installed =
  packed &&
  check(
    'install',
    () => install(packed),
    (count) => `${count} packages`,
  );
if (packed && installed) {
  const examples = copyExamples(
    [...STORIES, ...values.example.map((folder) => resolve(folder))],
    app,
  );
  const programs = check(
    'types',
    () => compile(packed, examples),
    (names) =>
      `${names.join(', ')} and all declarations; ${foreign} faults within those of TensorFlow.js and @webgpu/types`,
  );
  if (programs) for (const node of values.node) runAll(resolve(node), programs, examples);
}
if (values.keep) process.stdout.write(`kept: ${work}\n`);
else rmSync(work, { recursive: true, force: true });
process.exitCode = failed > 0 ? 1 : 0;
