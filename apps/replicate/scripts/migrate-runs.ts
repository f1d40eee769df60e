import { existsSync, lstatSync } from 'node:fs';
import { cp, mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeAtomically } from '@scene-mtl/data/files';
import { parseJsonFile } from '@scene-mtl/data/json';
import { GENERATOR_VERSION } from '@scene-mtl/datasets';
import { Command } from 'commander';
import { z } from 'zod';
import { hashOf, json, readJsonIfPresent, progressLine } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import { configSchema, type Config } from '../src/config/schema.ts';
import type { SceneSpec } from '../src/scenes/kind.ts';
import { sceneRunId, scenes } from '../src/scenes/program.ts';
import { runConfig } from '../src/scenes/spec.ts';
import { trainRunHash } from '../src/run/identity.ts';

/**
 * Runs of before ids left out the defaults of the configuration, under their new ids: nothing is trained
 * again. A run is copied, changed in the copy and renamed, so that it is there under one of both names
 * whenever this is stopped; what has its new name already is left alone.
 *
 *     npx tsx --conditions=@scene-mtl/source apps/replicate/scripts/migrate-runs.ts --runs runs --data ROOT
 */

/** What names the folder of generated scenes. */
const sizeSchema = z.looseObject({ width: z.number(), height: z.number() });

interface Named {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
}

/** The part of a record, or of a `run.json`, that names a run as it was. */
interface Before {
  readonly config: Config;
  readonly tasks: SceneSpec['tasks'];
  readonly weighting: Named;
  readonly seed: number;
}

interface Description extends Before {
  readonly select: Parameters<typeof trainRunHash>[0]['select'] | null;
  readonly data: {
    readonly name: string;
    readonly classes: readonly string[];
    readonly palette: unknown;
    readonly instanceClasses: readonly number[];
    readonly annotations: Readonly<Record<string, boolean>>;
  };
}

/** A configuration of then, which knew no initial weights but ImageNet's, without their folder. */
function placeless<C extends Pick<Config, 'network'>>(config: C): C {
  const { encoder } = config.network;
  if (encoder.kind !== 'mobilenet' || encoder.weights === null) return config;
  const weights = { ...encoder.weights, folder: null };
  return { ...config, network: { ...config.network, encoder: { ...encoder, weights } } };
}

/** The id of before: every value as it stood, in its order; width before height. */
function formerId({ config, tasks, weighting, seed }: Before, found: string | undefined): string {
  const { evalEvery: _, checkpointEvery: __, ...decisive } = config.training;
  const { root: ___, ...limits } = config.data as Extract<Config['data'], { source: 'folder' }>;
  const data =
    config.data.source === 'generated'
      ? { ...config.data, generator: GENERATOR_VERSION }
      : { ...limits, found };
  const hash = hashOf({
    version: 1,
    data,
    size: config.size,
    network: placeless(config).network,
    training: decisive,
    tasks,
    weighting: [
      weighting.name,
      Object.entries(weighting.options).sort(([a], [b]) => (a < b ? -1 : 1)),
    ],
    seed,
  });
  const { height, width } = config.size;
  return `${tasks.join('-')}.${weighting.name}.${width}x${height}.seed-${seed}.${hash.slice(0, 12)}`;
}

/** The same for a run of `replicate train`. */
function formerHash({ config, tasks, weighting, select }: Description): string {
  const { training, strips: _, ...rest } = placeless(config);
  const { evalEvery: __, checkpointEvery: ___, ...decisive } = training;
  return hashOf({ ...rest, training: decisive, tasks, weighting, select });
}

/** What a migration changed, a line each. */
export type Say = (line: string) => void;

/**
 * Gives every run in a folder of runs its new id; `record.json`, `run.json`, `result.json` and the
 * manifests of checkpoints follow.
 * @param root `runs/trained`
 * @param foundIn fingerprints that the data of a configuration may have had, if it was read from a folder
 * @returns former id → new id
 */
export async function migrateTrained(
  root: string,
  foundIn: (config: Config) => Promise<readonly string[]>,
  say: Say,
): Promise<Map<string, string>> {
  const renamed = new Map<string, string>();
  const names = existsSync(root) ? (await readdir(root)).sort() : [];
  for (const name of names) {
    const folder = join(root, name);
    if (name.endsWith('.migrating')) {
      await rm(folder, { recursive: true });
      continue;
    }
    const before = await formerSpec(folder);
    if (!before) continue;
    const known = [undefined, ...(await foundIn(before.config))];
    const fingerprint = known.find((one) => formerId(before, one) === name);
    if (formerId(before, fingerprint) !== name) {
      say(`${folder}: left as it is; if its data came from a folder, give that by --data`);
      continue;
    }
    const { config, tasks, weighting, seed } = before;
    const spec: SceneSpec = {
      config: runConfig(wholeConfig(config)),
      tasks,
      balance: { name: weighting.name, options: weighting.options },
      seed,
    };
    const id = sceneRunId(spec, fingerprint);
    if (existsSync(join(root, id))) {
      say(`${folder}: left as it is; ${id} is there already`);
      continue;
    }
    const copy = join(root, `${id}.migrating`);
    await rm(copy, { recursive: true, force: true });
    await cp(folder, copy, { recursive: true });
    await rehash(copy, name, id);
    await redescribe(copy);
    const record = (await readJsonIfPresent(join(copy, 'record.json'))) as
      { data: object } | undefined;
    if (record) {
      const { data } = record;
      const now = { ...record, id, spec, data: { ...data, fingerprint: fingerprint ?? null } };
      await writeAtomically(join(copy, 'record.json'), json(now));
    }
    await rename(copy, join(root, id));
    await rm(folder, { recursive: true });
    renamed.set(name, id);
    say(`${name} → ${id}`);
  }
  return renamed;
}

/** The spec of a run of before; undefined where the folder holds none, or one of now. */
async function formerSpec(folder: string): Promise<Before | undefined> {
  const record = (await readJsonIfPresent(join(folder, 'record.json'))) as
    { spec: Before } | undefined;
  const spec = record?.spec ?? (await readJsonIfPresent(join(folder, 'run.json')));
  return spec && typeof spec === 'object' && 'weighting' in spec ? (spec as Before) : undefined;
}

/** Options that were not there yet have their defaults. */
const wholeConfig = (config: Config): Config => {
  // A record says nothing of where data lies, of seeds or of pictures.
  const { data } = config;
  const root = data.source === 'folder' ? { data: { ...data, root: data.root || '.' } } : {};
  const parsed = configSchema.parse({ ...{ seeds: [1], strips: 0 }, ...config, ...root });
  return parsed.data.source === 'folder' && data.source === 'folder'
    ? { ...parsed, data: { ...parsed.data, root: data.root } }
    : parsed;
};

/** `result.json` and checkpoints belong to a configuration by its hash. */
async function rehash(folder: string, before: string, now: string): Promise<void> {
  const checkpoints = join(folder, 'checkpoints');
  const manifests = existsSync(checkpoints)
    ? (await readdir(checkpoints)).filter((file) => /^step-\d+\.json$/.test(file))
    : [];
  for (const file of [join(folder, 'result.json'), ...manifests.map((m) => join(checkpoints, m))]) {
    const value = (await readJsonIfPresent(file)) as { configHash: string } | undefined;
    if (value?.configHash === before)
      await writeAtomically(file, json({ ...value, configHash: now }));
  }
}

/** Annotations have had the names of their tasks since. */
function fieldsOf({ name, annotations, ...legend }: Description['data']): object {
  const has = Object.keys(annotations).filter((annotation) => annotations[annotation]);
  const fields = has.map((annotation) => (annotation === 'disparity' ? 'depth' : annotation));
  return { name, fields, legend };
}

/** `run.json` with the balance in place of the weighting, and the data's fields. */
async function redescribe(folder: string): Promise<boolean> {
  const file = join(folder, 'run.json');
  const known = (await readJsonIfPresent(file)) as Description | undefined;
  if (!known || !('weighting' in known)) return false;
  const { config, seed, tasks, weighting, select, data } = known;
  const balance = { name: weighting.name, options: weighting.options };
  const whole = configSchema.parse(config);
  await writeAtomically(
    file,
    json({ config: whole, seed, tasks, balance, select, data: fieldsOf(data) }),
  );
  return true;
}

/** Single runs of `replicate train` keep their folders; links to renamed runs lead to these. */
async function migrateOthers(
  runs: string,
  renamed: ReadonlyMap<string, string>,
  say: Say,
): Promise<void> {
  for (const entry of await readdir(runs, { withFileTypes: true })) {
    if (!entry.isDirectory() || ['trained', 'data'].includes(entry.name)) continue;
    const folder = join(runs, entry.name);
    const known = (await readJsonIfPresent(join(folder, 'run.json'))) as Description | undefined;
    if (known && 'weighting' in known) {
      const { config, tasks, weighting, select } = known;
      const balance = { name: weighting.name, options: weighting.options };
      const now = trainRunHash({
        config: configSchema.parse(config),
        tasks,
        balance,
        select,
      });
      await rehash(folder, formerHash(known), now);
      // Last, so that what was stopped is done again.
      if (await redescribe(folder)) say(`${folder}: run.json says balance`);
      continue;
    }
    for (const inner of await readdir(folder, { recursive: true })) {
      const link = join(folder, inner);
      if (!lstatSync(link).isSymbolicLink()) continue;
      const target = await readlink(link);
      const id = renamed.get(basename(target));
      if (!id) continue;
      await rm(link);
      await symlink(join(dirname(target), id), link, 'dir');
    }
  }
}

/** Folders of generated scenes say height before width now. */
async function migrateScenes(folder: string, say: Say): Promise<void> {
  for (const name of existsSync(folder) ? await readdir(folder) : []) {
    const sizes = /^street-(\d+)x(\d+)-(.*)$/.exec(name);
    const manifest = join(folder, name, 'street.json');
    if (!sizes || !existsSync(manifest)) continue;
    const { height, width } = await parseJsonFile(manifest, sizeSchema);
    const now = `street-${height}x${width}-${sizes[3]}`;
    if (name === now || name !== `street-${width}x${height}-${sizes[3]}`) continue;
    if (existsSync(join(folder, now))) continue;
    await rename(join(folder, name), join(folder, now));
    say(`${name} → ${now}`);
  }
}

/** What the folders of data that a person names hold, within a run's limits of frames. */
function fingerprintsOf(
  runs: string,
  roots: readonly string[],
): (config: Config) => Promise<readonly string[]> {
  const known = new Map<string, string | undefined>();
  return async ({ data }) => {
    if (data.source === 'generated') return [];
    for (const root of roots) {
      const key = JSON.stringify({ ...data, root });
      if (known.has(key)) continue;
      const config = configSchema.parse({ ...profiles.smoke, data: { ...data, root } });
      known.set(key, (await scenes.start({ runs, line: progressLine() }).open(config)).fingerprint);
    }
    return [...known.values()].filter((found) => found !== undefined);
  };
}

async function main(): Promise<void> {
  const program = new Command('migrate-runs')
    .description('Gives finished and unfinished runs of before the ids of now; trains nothing.')
    .option('--runs <dir>', 'folder of all runs', 'runs')
    .option('--data <root...>', 'folders of data that runs were made from', [] as string[])
    .parse();
  const { runs, data } = program.opts<{ runs: string; data: string[] }>();
  const say: Say = (line) => void process.stdout.write(`${line}\n`);
  await mkdir(runs, { recursive: true });
  const renamed = await migrateTrained(join(runs, 'trained'), fingerprintsOf(runs, data), say);
  await migrateOthers(runs, renamed, say);
  await migrateScenes(join(runs, 'data'), say);
  say(`${renamed.size} runs have new ids`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
