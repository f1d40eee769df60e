import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What of a package.json is looked at. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A package as `npm pack` made it. */
export interface Packed {
  /** Folder of the package in the repository. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly tarball: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
}

/** The condition under which a checkout's packages are their sources. */
const SOURCE = '@scene-mtl/source';

/** Packs every workspace of the repository into a folder, from what was built there. */
export function packAll(root: string, to: string): Packed[] {
  const { workspaces } = manifestIn(root) as unknown as { readonly workspaces: string[] };
  const args = ['pack', '--workspaces', '--ignore-scripts', '--json', '--pack-destination', to];
  const said = execFileSync('npm', args, { cwd: root, encoding: 'utf8' });
  const packed = JSON.parse(said) as {
    readonly name: string;
    readonly filename: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  return packed.map(({ name, filename, files }) => {
    const [, short] = name.split('/');
    const folder = workspaces
      .map((pattern) => join(root, pattern.replace('*', short)))
      .find((candidate) => existsSync(candidate));
    if (folder === undefined) throw new Error(`${name}: expected a folder ${short} of a workspace`);
    return {
      folder,
      manifest: manifestIn(folder),
      tarball: join(to, filename),
      files: files.map(({ path }) => path),
    };
  });
}

const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The names under which a package is imported: `@scene-mtl/data`, `@scene-mtl/data/png`, … */
export const importsOf = ({ name, exports = {} }: Manifest): string[] =>
  Object.keys(exports)
    .filter((subpath) => !subpath.endsWith('.json'))
    .map((subpath) => `${name}${subpath.slice(1)}`);

/** What a package may hold beside what is compiled. */
const KNOWN = [
  /^(package\.json|README\.md|LICENSE|bin\/.+\.js)$/,
  /^weights\/[\w-]+\/((card|run)\.json|README\.md|checkpoints\/step-\d+\.(json|safetensors))$/,
];

/** What is wrong with a package, a sentence each. */
export function faultsOf({ folder, manifest, files }: Packed, license: string): string[] {
  const faults: string[] = [];
  const { name, exports = {}, bin = {}, dependencies = {} } = manifest;
  const say = (fault: string) => faults.push(`${name}: ${fault}`);
  if (manifest.private) say('expected a package that is not private');
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === 'string'
      ? [target]
      : Object.entries(target).flatMap(([condition, file]) => (condition === SOURCE ? [] : [file])),
  );
  for (const wanted of ['./README.md', './LICENSE', ...targets, ...Object.values(bin)]) {
    if (!files.includes(wanted.replace('./', ''))) say(`lacks ${wanted}`);
  }
  for (const file of files) {
    const [, module] = /^dist\/(.+?)(?:\.d\.ts|\.js)$/.exec(file) ?? [];
    const known = KNOWN.some((pattern) => pattern.test(file));
    if (module === undefined && !known) say(`holds ${file}, which nobody needs`);
    if (module !== undefined && !existsSync(join(folder, 'src', `${module}.ts`))) {
      say(`holds ${file}, of which there is no source; remove dist and build again`);
    }
  }
  if (readFileSync(join(folder, 'LICENSE'), 'utf8') !== license) {
    say('expected the LICENSE of the repository; copy it');
  }
  for (const [other, range] of Object.entries(dependencies)) {
    if (other.startsWith('@scene-mtl/') && !range.startsWith('^')) {
      say(`expected a range of ${other}, got ${range}`);
    }
    // An application brings its own; of a library the user's copy must be the only one.
    if (other.startsWith('@tensorflow/') && !folder.includes('/apps/')) {
      say(`expected ${other} among peerDependencies`);
    }
  }
  return faults;
}
