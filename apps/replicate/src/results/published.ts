import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkedBy } from '@scene-mtl/data/json';
import {
  experimentResults,
  keptSchema,
  layered,
  measuredFile,
  optionsOf,
  publish,
  publishedResults,
  readGroup,
  readJsonIfPresent,
  resultsIn,
  shownOf,
  variantSchema,
  type Experiment,
  type ExperimentResults,
  type GroupContent,
  type ResultsGroup,
  type Shown,
  type Variant,
} from '@scene-mtl/lab';
import { z } from 'zod';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import type { ProfileName } from '../config/profiles.ts';
import { parseConfig, type Config } from '../config/schema.ts';
import type {
  SceneContext,
  SceneData,
  SceneExperiment,
  Scenes,
  SceneSpec,
} from '../scenes/kind.ts';
import { scenes, sceneRunId } from '../scenes/program.ts';
import { runConfig } from '../scenes/spec.ts';
import { describeGroup } from './describe-group.ts';
import { partlyText, seedsRun, withSeeds } from './seeds-run.ts';

/** Results of one profile on one data set, as they are committed: `group.json` in their folder. */
export interface PublishedGroup {
  /** `quick`, `standard`, … */
  readonly profile: string;
  readonly config: Config;
  readonly data: SceneData;
  /** Of data read from a folder. */
  readonly fingerprint: string | null;
  /** What of the profile was changed but for the seeds, as `--set` has it. */
  readonly changes: readonly string[];
  /** Flags that chose the data and changed the profile but for the seeds, as one types them. */
  readonly flags: string;
  /** Experiments that are shown once more, with flags of their own. */
  readonly variants: readonly Variant[];
}

/** What is published into a group's folder. */
export interface PublishOptions extends Omit<PublishedGroup, 'variants'> {
  /** Absent: those of the group as it was published before. */
  readonly variants?: PublishedGroup['variants'];
  /** Folder of the group: `results/<name>`. */
  readonly folder: string;
  /** Folder of all trained runs. */
  readonly root: string;
  readonly experiments: readonly Experiment[];
  /** Replaces what is no group, and drops runs that no experiment asks for any more. */
  readonly force?: boolean;
}

/** Publishes the finished runs of every experiment. Returns their number. */
export async function publishGroup(options: PublishOptions): Promise<number> {
  const { folder, root, experiments, force, ...rest } = options;
  const previous = force
    ? await readPublished(folder).catch(() => undefined)
    : await readPublished(folder);
  const variants = options.variants ?? previous?.description.variants ?? [];
  const group: PublishedGroup = withoutFolders({ ...rest, variants });
  const fingerprint = group.fingerprint ?? undefined;
  const identify = (spec: SceneSpec) => sceneRunId(spec, fingerprint);
  const made = resultsIn(root, identify);
  const before = previous && publishedResults(previous, identify);
  return publish<Scenes>({
    ...{ folder, force, previous, identify },
    description: group,
    base: baseOf(group),
    shown: shownOf(publishable(experiments), variants),
    context: (shown) => contextOf(shown, options),
    results: before ? layered(made, before) : made,
    kept: async (spec, name) =>
      (await readJsonIfPresent(measuredFile(join(root, identify(spec)), name), keptSchema)) ??
      previous?.measured.get(identify(spec))?.[name],
  });
}

/**
 * A group holds runs on one data set of images, so that experiments with a program of their own have no place
 * in it.
 */
const publishable = (experiments: readonly Experiment[]) =>
  experiments.filter(
    (experiment): experiment is SceneExperiment =>
      experiment.program === undefined || experiment.program.name === scenes.name,
  );

/** A summary names no folder, so neither does what it is stored as the difference from. */
function baseOf({ config }: PublishedGroup): Pick<SceneSpec, 'config'> {
  const { data } = config;
  return {
    config: runConfig(
      data.source === 'folder' ? { ...config, data: { ...data, root: '' } } : config,
    ),
  };
}

/** What is committed must not name a folder of the machine that made it. */
function withoutFolders<T extends PublishedGroup>(group: T): T {
  const config = withoutWeightsFolder(group.config);
  const { data } = config;
  if (data.source === 'generated') return { ...group, config };
  return { ...group, config: { ...config, data: { ...data, root: group.data.name } } };
}

/** Flags with those that give the seeds. */
const flagsWith = (flags: string, seeds: readonly number[]): string =>
  `${flags} --set 'seeds=[${seeds.join(',')}]'`;

const contextOf = (
  shown: Shown<Scenes>,
  { config, data }: Pick<PublishedGroup, 'config' | 'data'>,
): SceneContext => ({ config, data, options: optionsOf(shown) });

const groupSchema = z.object({
  profile: z.string(),
  config: z.unknown(),
  data: z.custom<SceneData>((value) => typeof value === 'object' && value !== null),
  fingerprint: z.string().nullable(),
  changes: z.array(z.string()).default([]),
  flags: z.string(),
  variants: z.array(variantSchema),
});

export type Published = GroupContent<SceneSpec> & { readonly description: PublishedGroup };

/** The group in a folder; undefined where the folder is none. */
export const readPublished = (folder: string): Promise<Published | undefined> =>
  readGroup<PublishedGroup, SceneSpec>(
    folder,
    (value, file) => {
      const group = checkedBy(groupSchema, value, file);
      return { ...group, config: parseConfig(group.config, file) };
    },
    baseOf,
  );

/**
 * The groups in a folder of published results, each with what its experiments make of them.
 * @throws naming the file that is no group
 */
export async function publishedGroups(
  folder: string,
  experiments: readonly Experiment[],
): Promise<ResultsGroup[]> {
  const groups: (PublishedGroup & { readonly results: ResultsGroup })[] = [];
  for (const name of await groupNames(folder)) {
    const group = await readPublished(join(folder, name));
    if (group) groups.push({ ...group.description, results: await resultsOf(group, experiments) });
  }
  return groups
    .sort((a, b) => rank(a) - rank(b) || cost(b.config) - cost(a.config))
    .map(({ results }) => results);
}

/** Names of the folders in a folder of published results, sorted; none where it is not there. */
export async function groupNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return [];
      const why = `the folder cannot be listed (${cause.code})`;
      throw new Error(`${folder}: ${why}; expected one of published results`, { cause });
    },
  );
  // Pages and their figures lie in the same folder.
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** Best evidence first: the paper's own profile, then those that are shorter or stray from it. */
const ranks: Readonly<Record<ProfileName, number>> = {
  paper: 0,
  standard: 1,
  quick: 2,
  camvid: 3,
  mnist: 4,
  smoke: 5,
};

const rank = ({ profile }: PublishedGroup): number =>
  profile in ranks ? ranks[profile as ProfileName] : ranks.smoke + 1;

/** Of one profile, the longest training comes first. */
const cost = ({ size, training, seeds }: Config): number =>
  size.height * size.width * training.steps * training.batchSize * seeds.length;

async function resultsOf(
  published: Published,
  experiments: readonly Experiment[],
): Promise<ResultsGroup> {
  const { description: asked, runs, measured } = published;
  const summaries = [...runs.values()];
  // A heading and the notes below a table name the seeds that were run.
  const finished = asked.config.seeds.filter((seed) =>
    summaries.some(({ spec }) => spec.seed === seed),
  );
  const seeds = finished.length > 0 ? finished : asked.config.seeds;
  const group = { ...asked, config: { ...asked.config, seeds } };
  const results = publishedResults(published, (spec: SceneSpec) =>
    sceneRunId(spec, group.fingerprint ?? undefined),
  );
  const made: ExperimentResults[] = [];
  for (const shown of shownOf(publishable(experiments), group.variants)) {
    const context = contextOf(shown, group);
    const { seeds: own, partly } = seedsRun(shown.experiment, context, results);
    const runWith = {
      ...{ seeds: own.length, flags: flagsWith(group.flags, own) },
      heading: describeGroup({ ...group, config: { ...group.config, seeds: [...own] } }).heading,
      ...(partly.length > 0 && { partly: partlyText(partly) }),
    };
    const one = await experimentResults(shown, withSeeds(context, own), results, runWith);
    if (one) made.push(one);
  }
  const counts = made.flatMap(({ artefacts, seeds: n }) => (artefacts ? [n] : []));
  // Measurements are often of later code than the training.
  const later = [...measured.values()].flatMap((of) =>
    Object.values(of).map(({ commit }) => ({ 'commit of measurements': commit ?? 'not recorded' })),
  );
  return {
    ...describeGroup(group, counts),
    flags: flagsWith(group.flags, seeds),
    experiments: made,
    environments: [...summaries.map(({ environment }) => environment), ...later],
  };
}
