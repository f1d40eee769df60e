import { join } from 'node:path';
import {
  canonicalJson,
  hashOfText,
  readJsonIfPresent,
  withoutDefaults,
  type Contents,
} from '@scene-mtl/lab';
import { decisiveTraining } from '../config/decisive.ts';
import { withoutDataFolder } from '../config/kept.ts';
import { withoutPluginPlaces } from '../config/plugins.ts';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import { configSchema, type Config } from '../config/schema.ts';
import { assertSameRun, descriptionIfPresent, type RunDescription } from './description.ts';

/** What decides the numbers of a run of `replicate train`. */
type Decisive = Pick<RunDescription, 'config' | 'balance' | 'select'> & {
  readonly tasks: readonly string[];
};

/**
 * Hash of a run of `replicate train`: what decides its numbers, not how often they are looked at or
 * saved. Values that equal the defaults of the configuration do not count.
 */
export function trainRunHash({ config, tasks, balance, select }: Decisive): string {
  const bare = withoutDefaults(
    configSchema,
    withoutPluginPlaces(withoutWeightsFolder(config)),
  ) as Config;
  const { training, strips: _, ...others } = bare;
  const whole = { ...others, training: decisiveTraining(training), tasks, balance, select };
  return hashOfText(canonicalJson(whole));
}

/** The same without where the data lie, which may be moved. */
const placelessHash = ({ config, ...rest }: Decisive): string =>
  trainRunHash({ config: withoutDataFolder(config), ...rest });

/**
 * The hash that the checkpoints of a stored run carry: what `run.json` says; of a run of before it
 * said so, what `result.json` says, or what `replicate train` had then. Undefined where nothing tells.
 */
export async function configHashOf(folder: string): Promise<string | undefined> {
  const description = await descriptionIfPresent(folder);
  if (!description) return undefined;
  if (description.configHash !== undefined) return description.configHash;
  const result = (await readJsonIfPresent(join(folder, 'result.json'))) as
    { readonly configHash?: string } | undefined;
  if (result?.configHash !== undefined) return result.configHash;
  // Runs of experiments select nothing; their hash is their id, which needs their data.
  return description.select === null ? undefined : trainRunHash(description);
}

/**
 * The hash of a run of `replicate train` that begins in a folder, or goes on there.
 * @param contents of data read from a folder, which a run that begins is known by; generated scenes are
 * known by their recipe
 * @throws naming what differs when the folder holds another run
 */
export async function configHashIn(
  folder: string,
  now: RunDescription,
  contents?: Contents,
): Promise<string> {
  const known = await descriptionIfPresent(folder);
  if (!known) {
    const placeless = placelessHash(now);
    return contents && now.config.data.source === 'folder'
      ? hashOfText(canonicalJson({ placeless, files: contents.files }))
      : placeless;
  }
  assertSameRun(folder, known, now);
  if (placelessHash(known) !== placelessHash(now)) {
    throw new Error(
      `${join(folder, 'run.json')}: belongs to another configuration; give another --name, or ` +
        `delete ${folder}`,
    );
  }
  return (await configHashOf(folder)) ?? placelessHash(now);
}
