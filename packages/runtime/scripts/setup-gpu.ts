import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * `npm run setup:gpu -- [--cpu] [--from google|pypi] [--onnx-cuda]`: installs what `npm ci` leaves
 * out, into node_modules, without touching package.json or the lock file (docs/engines.md).
 *
 * Without flags: `@tensorflow/tfjs-node-gpu` with TensorFlow for NVIDIA cards; `--cpu`:
 * `@tensorflow/tfjs-node`. The native part comes from Google's storage as the package itself gets
 * it; where that cannot be reached, from TensorFlow's Python wheel on PyPI, whose shared library
 * has the same C interface, with the package's addon compiled against it.
 */

/** Of tfjs-node; the same as `@tensorflow/tfjs`, or there would be two copies of it. */
const TFJS = '4.22.0';
/** Its library still has the C interface of 2.9, which the addon is written for. CUDA 12.2, cuDNN 8.9. */
const TENSORFLOW = '2.15.1';
/** Python that the wheel is made for; only its libraries are used, so any pip can fetch it. */
const WHEEL = ['--only-binary=:all:', '--python-version=311', '--platform=manylinux2014_x86_64'];

const root = fileURLToPath(new URL('../../..', import.meta.url));
const say = (text: string) => void process.stderr.write(`setup:gpu: ${text}\n`);

/** Runs a command with its output shown. */
function run(command: string, args: readonly string[], cwd = root, env = {}): boolean {
  say(`${command} ${args.join(' ')}`.slice(0, 200));
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, PATH: path, ...env },
  });
  if (error) say(`${command}: ${error.message}`);
  return status === 0;
}

/** A command that must succeed. */
function must(command: string, args: readonly string[], cwd?: string): void {
  if (!run(command, args, cwd)) throw new Error(`'${command} ${args[0]}' failed; see above`);
}

interface Package {
  readonly folder: string;
  readonly addon: string;
  readonly napi: number;
}

/** Where a tfjs-node package lies and looks for its addon. */
function packageAt(name: string): Package {
  const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { binary } = JSON.parse(readFileSync(file, 'utf8')) as {
    binary: { napi_versions: number[] };
  };
  const supported = binary.napi_versions.filter((v) => v <= Number(process.versions.napi));
  const napi = Math.max(...supported);
  const folder = dirname(file);
  return { folder, napi, addon: join(folder, 'lib', `napi-v${napi}`, 'tfjs_binding.node') };
}

/** The way of the package itself: libtensorflow and a prebuilt addon from storage.googleapis.com. */
function fromGoogle({ folder, addon }: Package, kind: 'cpu' | 'gpu'): boolean {
  return (
    run(process.execPath, ['scripts/install.js', kind, 'download'], folder) && existsSync(addon)
  );
}

/** Takes libraries and headers out of the wheels, all libraries into one folder. */
const UNPACK = `
import os, shutil, sys, zipfile
out, *wheels = sys.argv[1:]
for wheel in wheels:
    with zipfile.ZipFile(wheel) as z:
        for name in z.namelist():
            parts = name.split('/')
            if name.startswith('tensorflow/include/') and parts[-1].endswith(('.h', '.inc')):
                target = os.path.join(out, *parts[1:])
            elif name.startswith('tensorflow/libtensorflow_') and '.so' in parts[-1]:
                target = os.path.join(out, 'lib', parts[-1])
            elif parts[0] == 'nvidia' and parts[-2] == 'lib' and '.so' in parts[-1]:
                target = os.path.join(out, 'lib', parts[-1])
            else:
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with z.open(name) as source, open(target, 'wb') as file:
                shutil.copyfileobj(source, file, 1 << 20)
`;

/** Prints a wheel's METADATA. */
const METADATA = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    [name] = [n for n in z.namelist() if n.endswith('.dist-info/METADATA')]
    sys.stdout.write(z.read(name).decode())
`;

/**
 * The NVIDIA packages that TensorFlow's wheel was built with, as pip takes them, out of lines like
 * `Requires-Dist: nvidia-cudnn-cu12 (==8.9.4.25) ; extra == 'and-cuda'`.
 */
export const nvidiaWheels = (metadata: string): string[] =>
  [...metadata.matchAll(/^Requires-Dist: (nvidia-[\w-]+) ?\(?==([\d.]+)/gm)].map(
    ([, name, version]) => `${name}==${version}`,
  );

/** TensorFlow's libraries from its Python wheel, and the addon compiled against them. */
function fromPyPi({ folder, addon, napi }: Package, kind: 'cpu' | 'gpu'): void {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `TensorFlow's wheel serves linux/x64 only, this is ${process.platform}/${process.arch}; ` +
        'reach storage.googleapis.com instead (--from google)',
    );
  }
  const python = process.env['PYTHON'] ?? 'python3';
  const download = (dest: string, ...names: string[]) =>
    must(python, ['-m', 'pip', 'download', '--no-deps', ...WHEEL, '--dest', dest, ...names]);
  const wheels = mkdtempSync(join(tmpdir(), 'scene-mtl-wheels-'));
  const deps = join(folder, 'deps');
  try {
    download(wheels, `tensorflow${kind === 'cpu' ? '-cpu' : ''}==${TENSORFLOW}`);
    const [tensorflow] = readdirSync(wheels);
    if (kind === 'gpu') {
      const { stdout } = spawnSync(python, ['-c', METADATA, join(wheels, tensorflow)]);
      const names = nvidiaWheels(stdout.toString());
      if (names.length === 0) throw new Error(`${tensorflow} names no NVIDIA libraries`);
      download(wheels, ...names);
    }
    rmSync(deps, { recursive: true, force: true });
    must(python, ['-c', UNPACK, deps, ...readdirSync(wheels).map((name) => join(wheels, name))]);
  } finally {
    rmSync(wheels, { recursive: true, force: true });
  }
  mkdirSync(dirname(addon), { recursive: true });
  must(process.env['CXX'] ?? 'g++', compilerArguments(addon, napi, nodeHeaders()), folder);
}

/** Arguments that compile the addon in the package's folder, as its binding.gyp would. */
export const compilerArguments = (addon: string, napi: number, headers: string): string[] => [
  ...['-shared', '-fPIC', '-std=c++17', '-O2', `-DNAPI_VERSION=${napi}`],
  ...['-I..', '-Ideps/include', `-I${headers}`],
  ...['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc', '-o', addon],
  // TensorFlow's libraries look for NVIDIA's beside themselves, so all lie in one folder.
  ...['-Ldeps/lib', '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
  '-Wl,-rpath,$ORIGIN/../../deps/lib',
];

/** Node's own headers where it came with them, else those of the npm package. */
function nodeHeaders(): string {
  const own = join(dirname(process.execPath), '..', 'include', 'node');
  if (existsSync(join(own, 'node_api.h'))) return own;
  return join(root, 'node_modules', 'node-api-headers', 'include');
}

function setUpTensorFlow(kind: 'cpu' | 'gpu', from: string | undefined): void {
  const name = `@tensorflow/tfjs-node${kind === 'gpu' ? '-gpu' : ''}`;
  // One command, since a second one without --save would remove what the first installed.
  must('npm', [
    ...['install', '--no-save', '--ignore-scripts', `${name}@${TFJS}`, 'node-api-headers@1.9.0'],
  ]);
  const found = packageAt(name);
  const done = from !== 'pypi' && fromGoogle(found, kind);
  if (!done && from === 'google') {
    throw new Error(`${name}: its native part did not come from storage.googleapis.com; see above`);
  }
  if (!done) fromPyPi(found, kind);
  say(`${name} is in place; npm ci removes it again`);
}

function setUpOnnxCuda(): void {
  // Naming 'cuda12' instead is ignored under npm (onnxruntime-node 1.30.0).
  const env = { ONNXRUNTIME_NODE_INSTALL: 'true' };
  const folder = join(root, 'node_modules', 'onnxruntime-node');
  const platform = `${process.platform}/${process.arch}`;
  run(process.execPath, [join(folder, 'script', 'install.js')], root, env);
  // The script also ends with code 0 where there is nothing for this platform.
  const library = 'libonnxruntime_providers_cuda.so';
  if (!existsSync(join(folder, 'bin', 'napi-v6', platform, library))) {
    throw new Error(
      `${library} did not come from api.nuget.org (see above); it exists for linux/x64 (this is ` +
        `${platform}) and needs CUDA 12 and cuDNN 9 on the machine`,
    );
  }
}

function main(): void {
  const { values } = parseArgs({
    options: {
      cpu: { type: 'boolean', default: false },
      from: { type: 'string' },
      'onnx-cuda': { type: 'boolean', default: false },
    },
  });
  if (values.from !== undefined && values.from !== 'google' && values.from !== 'pypi') {
    throw new Error(`--from: expected google or pypi, got '${values.from}'`);
  }
  if (values['onnx-cuda']) setUpOnnxCuda();
  else setUpTensorFlow(values.cpu ? 'cpu' : 'gpu', values.from);
  run('npm', ['run', '--silent', 'engines']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    say((error as Error).message);
    process.exitCode = 1;
  }
}
