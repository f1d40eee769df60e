import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import { parseConfig, type Config } from '../config/schema.ts';
import type { DataSummary, Item, ItemContext, NamedRun, Results } from '../experiment/item.ts';
import type { RunRecord } from '../experiment/record.ts';
import {
  measuredFile,
  measuredFolder,
  recordFile,
  resultsIn,
  runFolder,
} from '../experiment/results.ts';
import { runId } from '../experiment/spec.ts';
import { json, readJsonIfPresent, writeWhole } from '../run/files.ts';
import type { ItemResults, ResultsGroup } from './group.ts';

/** Results of one profile on one data set, as they are committed: `group.json` in their folder. */
export interface PublishedGroup {
  /** `quick`, `standard`, … */
  readonly profile: string;
  readonly config: Config;
  readonly data: DataSummary;
  /** Fingerprint of data read from a folder. */
  readonly found: string | null;
  /** Flags that chose the data and changed the profile, as one types them. */
  readonly flags: string;
}

const FILE = 'group.json';

/** What is copied into a group's folder. */
export interface PublishOptions extends PublishedGroup {
  /** Folder of the group: `results/<name>`. */
  readonly folder: string;
  /** Folder of all trained runs. */
  readonly root: string;
  readonly items: readonly Item[];
}

/**
 * Copies what tables and figures need of every finished run, and nothing else: records, measurements
 * and their small pictures. A run that is no longer asked for goes. Returns the number of runs.
 */
export async function publish(options: PublishOptions): Promise<number> {
  const { folder, root, items, ...group } = options;
  const found = group.found ?? undefined;
  const results = resultsIn(root, found);
  const wanted = new Map<string, NamedRun>();
  for (const run of items.flatMap((item) => runsOf(item, group, results))) {
    const known = wanted.get(runId(run.spec, found));
    const measurements = [...(known?.measurements ?? []), ...(run.measurements ?? [])];
    wanted.set(runId(run.spec, found), { ...run, measurements });
  }
  let copied = 0;
  await mkdir(folder, { recursive: true });
  for (const [id, { spec, measurements = [] }] of wanted) {
    const from = runFolder(root, spec, found);
    if (!existsSync(recordFile(from))) continue;
    const to = join(folder, id);
    await rm(to, { recursive: true, force: true });
    await mkdir(join(to, 'measured'), { recursive: true });
    await copyFile(recordFile(from), recordFile(to));
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
  await writeWhole(join(folder, FILE), json(withoutFolders(group)));
  return copied;
}

/** What is committed must not name a folder of the machine that made it. */
function withoutFolders<T extends PublishedGroup>(group: T): T {
  const config = withoutWeightsFolder(group.config);
  const { data } = config;
  if (data.source === 'generated') return { ...group, config };
  return { ...group, config: { ...config, data: { ...data, root: group.data.name } } };
}

const contextOf = (item: Item, { config, data }: PublishedGroup): ItemContext => ({
  config,
  data,
  options: item.options({}),
});

const runsOf = (item: Item, group: PublishedGroup, results: Results): readonly NamedRun[] =>
  item.runs(contextOf(item, group), results);

const groupSchema = z.object({
  profile: z.string(),
  config: z.unknown(),
  data: z.custom<DataSummary>((value) => typeof value === 'object' && value !== null),
  found: z.string().nullable(),
  flags: z.string(),
});

/**
 * The groups in a folder of published results, each with what its items make of them.
 * @throws naming the file that is no group
 */
export async function publishedGroups(
  folder: string,
  items: readonly Item[],
): Promise<ResultsGroup[]> {
  const groups: ResultsGroup[] = [];
  // The report itself and its figures lie in the same folder.
  const folders = (await readdir(folder, { withFileTypes: true })).filter((e) => e.isDirectory());
  for (const name of folders.map((entry) => entry.name).sort()) {
    const file = join(folder, name, FILE);
    const value = await readJsonIfPresent(file);
    if (value === undefined) continue;
    const parsed = groupSchema.safeParse(value);
    if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
    const group = { ...parsed.data, config: parseConfig(parsed.data.config, file) };
    groups.push(await groupOf(join(folder, name), group, items));
  }
  return groups.sort((a, b) => cost(b.config) - cost(a.config));
}

/** The longest training comes first. */
const cost = ({ size, training, seeds }: Config): number =>
  size.height * size.width * training.steps * training.batchSize * seeds.length;

async function groupOf(
  folder: string,
  group: PublishedGroup,
  items: readonly Item[],
): Promise<ResultsGroup> {
  const results = resultsIn(folder, group.found ?? undefined);
  const made: ItemResults[] = [];
  for (const item of items) {
    const { name, title } = item;
    const command = `npm run replicate -- ${name} ${group.flags}`.trim();
    const any = runsOf(item, group, results).some(({ spec }) => results.record(spec));
    const artefacts = any ? await item.render(contextOf(item, group), results) : undefined;
    made.push({ name, title, command, ...(artefacts && { artefacts }) });
  }
  return {
    profile: group.profile,
    config: group.config,
    data: group.data,
    items: made,
    environments: await environmentsIn(folder),
  };
}

async function environmentsIn(folder: string): Promise<RunRecord['environment'][]> {
  const environments: RunRecord['environment'][] = [];
  for (const name of (await readdir(folder)).sort()) {
    const file = recordFile(join(folder, name));
    if (!existsSync(file)) continue;
    environments.push((JSON.parse(await readFile(file, 'utf8')) as RunRecord).environment);
  }
  return environments;
}
