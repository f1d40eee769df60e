import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMeasured } from '@scene-mtl/eval';
import {
  measuredFile,
  measuredFolder,
  resultsIn,
  runsOf,
  summaryFile,
  type Artefacts,
  type Experiment,
  type ExperimentContext,
  type Kept,
  type Results,
  type RunSummary,
} from '@scene-mtl/lab';
import { z } from 'zod';
import { writeAtomically } from '@scene-mtl/data/files';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import type { ProfileName } from '../config/profiles.ts';
import { parseConfig, type Config } from '../config/schema.ts';
import type { SceneData, SceneRun, SceneSpec } from '../scenes/kind.ts';
import { sceneRunId } from '../scenes/program.ts';
import { json, readJsonIfPresent } from '../run/files.ts';
import { slugOf, type ItemResults, type ResultsGroup } from './group.ts';
import { variantOptions, variantSchema, type Variant } from './variant.ts';

/** Results of one profile on one data set, as they are committed: `group.json` in their folder. */
export interface PublishedGroup {
  /** `quick`, `standard`, … */
  readonly profile: string;
  readonly config: Config;
  readonly data: SceneData;
  /** Fingerprint of data read from a folder. */
  readonly found: string | null;
  /** Flags that chose the data and changed the profile, as one types them. */
  readonly flags: string;
  /** Items that are shown once more, with flags of their own. */
  readonly variants: readonly Variant[];
}

const FILE = 'group.json';

/** What is copied into a group's folder. */
export interface PublishOptions extends Omit<PublishedGroup, 'variants'> {
  /** Absent: those of the group as it was published before. */
  readonly variants?: PublishedGroup['variants'];
  /** Folder of the group: `results/<name>`. */
  readonly folder: string;
  /** Folder of all trained runs. */
  readonly root: string;
  readonly items: readonly Experiment[];
}

/**
 * Copies what tables and figures need of every finished run, and nothing else: records, measurements
 * and their small pictures. A run that is no longer asked for goes. Returns the number of runs.
 */
export async function publish(options: PublishOptions): Promise<number> {
  const { folder, root, items, ...rest } = options;
  const variants = options.variants ?? (await readGroup(folder))?.variants ?? [];
  const group: PublishedGroup = { ...rest, variants };
  const found = group.found ?? undefined;
  const idOf = (spec: SceneSpec): string => sceneRunId(spec, found);
  const results = resultsIn(root, idOf);
  const wanted = new Map<string, SceneRun>();
  const shown = [...items.map((item) => ({ item })), ...variantsOf(group, items)];
  for (const run of shown.flatMap((one) => shownRuns(one, group, results))) {
    const known = wanted.get(idOf(run.spec));
    const measurements = [...(known?.measurements ?? []), ...(run.measurements ?? [])];
    wanted.set(idOf(run.spec), { ...run, measurements });
  }
  let copied = 0;
  await mkdir(folder, { recursive: true });
  for (const [id, { spec, measurements = [] }] of wanted) {
    const from = join(root, idOf(spec));
    if (!existsSync(summaryFile(from))) continue;
    const to = join(folder, id);
    await rm(to, { recursive: true, force: true });
    await mkdir(join(to, 'measured'), { recursive: true });
    await copyFile(summaryFile(from), summaryFile(to));
    for (const { name } of measurements) {
      if (!existsSync(measuredFile(from, name))) continue;
      await copyFile(measuredFile(from, name), measuredFile(to, name));
      const files = measuredFolder(from, name);
      if (existsSync(files)) await cp(files, measuredFolder(to, name), { recursive: true });
    }
    copied++;
  }
  for (const name of await readdir(folder)) {
    if (name !== FILE && !wanted.has(name)) await rm(join(folder, name), { recursive: true });
  }
  await writeAtomically(join(folder, FILE), json(withoutFolders(group)));
  return copied;
}

/** What is committed must not name a folder of the machine that made it. */
function withoutFolders<T extends PublishedGroup>(group: T): T {
  const config = withoutWeightsFolder(group.config);
  const { data } = config;
  if (data.source === 'generated') return { ...group, config };
  return { ...group, config: { ...config, data: { ...data, root: group.data.name } } };
}

/** An item as a group shows it. */
interface Shown {
  readonly item: Experiment;
  readonly variant?: Variant;
}

const variantsOf = ({ variants }: PublishedGroup, items: readonly Experiment[]): Shown[] =>
  items.flatMap((item) =>
    variants.filter((variant) => variant.item === item.name).map((variant) => ({ item, variant })),
  );

const contextOf = (
  { item, variant }: Shown,
  { config, data }: PublishedGroup,
): ExperimentContext => ({
  config,
  data,
  options: variant ? variantOptions(variant, item) : item.options({}),
});

const shownRuns = (
  shown: Shown,
  group: PublishedGroup,
  results: Results<SceneSpec>,
): readonly SceneRun[] =>
  // Every experiment that is published trains on scenes.
  runsOf(shown.item, contextOf(shown, group), results) as unknown as readonly SceneRun[];

const groupSchema = z.object({
  profile: z.string(),
  config: z.unknown(),
  data: z.custom<SceneData>((value) => typeof value === 'object' && value !== null),
  found: z.string().nullable(),
  flags: z.string(),
  variants: z.array(variantSchema).default([]),
});

/**
 * The groups in a folder of published results, each with what its items make of them.
 * @throws naming the file that is no group
 */
export async function publishedGroups(
  folder: string,
  items: readonly Experiment[],
): Promise<ResultsGroup[]> {
  const groups: ResultsGroup[] = [];
  // The report itself and its figures lie in the same folder.
  const folders = (await readdir(folder, { withFileTypes: true })).filter((e) => e.isDirectory());
  for (const name of folders.map((entry) => entry.name).sort()) {
    const group = await readGroup(join(folder, name));
    if (group) groups.push(await groupOf(join(folder, name), group, items));
  }
  return groups.sort((a, b) => rank(a) - rank(b) || cost(b.config) - cost(a.config));
}

/** The description of a group; undefined where the folder is none. */
async function readGroup(folder: string): Promise<PublishedGroup | undefined> {
  const file = join(folder, FILE);
  const value = await readJsonIfPresent(file);
  if (value === undefined) return undefined;
  const parsed = groupSchema.safeParse(value);
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return { ...parsed.data, config: parseConfig(parsed.data.config, file) };
}

/** Best evidence first: the paper's own profile, then those that are shorter or stray from it. */
const ranks: Readonly<Record<ProfileName, number>> = {
  paper: 0,
  standard: 1,
  quick: 2,
  camvid: 3,
  smoke: 4,
};

const rank = ({ profile }: ResultsGroup): number =>
  profile in ranks ? ranks[profile as ProfileName] : ranks.smoke + 1;

/** Of one profile, the longest training comes first. */
const cost = ({ size, training, seeds }: Config): number =>
  size.height * size.width * training.steps * training.batchSize * seeds.length;

async function groupOf(
  folder: string,
  asked: PublishedGroup,
  items: readonly Experiment[],
): Promise<ResultsGroup> {
  const runs = await recordsIn(folder);
  // A heading and the notes below a table name the seeds that were run.
  const made = asked.config.seeds.filter((seed) => runs.some(({ spec }) => spec.seed === seed));
  const seeds = made.length > 0 ? made : asked.config.seeds;
  const group = { ...asked, config: { ...asked.config, seeds } };
  const found = group.found ?? undefined;
  const results = resultsIn(folder, (spec: SceneSpec) => sceneRunId(spec, found));
  const shownItems: ItemResults[] = [];
  const variants = variantsOf(group, items);
  const shown = items.flatMap((item): Shown[] => [
    { item },
    ...variants.filter((variant) => variant.item === item),
  ]);
  for (const one of shown) {
    const item = await itemResults(one, group, results);
    if (item) shownItems.push(item);
  }
  const environments = await Promise.all(
    runs.map(async (run) => [run.environment, ...(await measuredAt(run.folder))]),
  );
  return { ...group, items: shownItems, environments: environments.flat() };
}

async function itemResults(
  shown: Shown,
  group: PublishedGroup,
  results: Results<SceneSpec>,
): Promise<ItemResults | undefined> {
  const { item, variant } = shown;
  const runs = shownRuns(shown, group, results);
  if (runs.length === 0) return undefined;
  const typed = [item.name, ...(variant ? [variant.flags] : [])].join(' ');
  const named = {
    name: slugOf(typed),
    title: variant ? `${item.title}, with ${variant.flags}` : item.title,
    typed,
  };
  if (!runs.some(({ spec }) => results.summary(spec))) return named;
  const artefacts = await item.show(contextOf(shown, group), results);
  if (!showsAnything(artefacts)) return named;
  if (!variant) return { ...named, artefacts };
  // The same claim about other runs must not read as a second verdict on the first ones.
  const verdicts = artefacts.verdicts.map((verdict) => ({
    ...verdict,
    claim: `${verdict.claim} (${variant.flags})`,
  }));
  return { ...named, artefacts: { ...artefacts, verdicts } };
}

/** Runs may be there, made for another item, and tell nothing of this one. */
function showsAnything({ figures, strips, tables, verdicts }: Artefacts): boolean {
  if (figures.length + strips.length > 0) return true;
  if (verdicts.length > 0 && verdicts.every(({ judgement }) => judgement === 'not run'))
    return false;
  const ours = tables.flatMap(({ table }) => table.rows.filter(({ reference }) => !reference));
  return ours.some(({ cells }) => cells.some((cell) => isMeasured(cell) && cell.value !== null));
}

async function recordsIn(
  folder: string,
): Promise<(RunSummary<SceneSpec> & { readonly folder: string })[]> {
  const runs = (await readdir(folder)).sort().map((name) => join(folder, name));
  return Promise.all(
    runs
      .filter((run) => existsSync(summaryFile(run)))
      .map(async (run) => ({
        ...(JSON.parse(await readFile(summaryFile(run), 'utf8')) as RunSummary<SceneSpec>),
        folder: run,
      })),
  );
}

/** Commits of what a run was measured with: measurements are often of later code than the training. */
async function measuredAt(run: string): Promise<RunSummary<SceneSpec>['environment'][]> {
  const folder = dirname(measuredFile(run, ''));
  if (!existsSync(folder)) return [];
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  return Promise.all(
    files.map(async (name) => {
      const { commit } = JSON.parse(await readFile(join(folder, name), 'utf8')) as Kept;
      return { 'commit of measurements': commit ?? 'not recorded' };
    }),
  );
}
