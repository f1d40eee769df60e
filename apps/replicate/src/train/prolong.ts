import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { json } from '@scene-mtl/lab';
import { keptConfig } from '../config/kept.ts';
import type { Config } from '../config/schema.ts';
import { descriptionIfPresent, readDescription, saveDescription } from '../run/description.ts';
import { configHashOf } from '../run/identity.ts';

/** A configuration with another number of steps. */
const withSteps = (config: Config, steps: number): Config => ({
  ...config,
  training: { ...config.training, steps },
});

/**
 * The configuration that a run in a folder has by now, where one of more steps is asked for.
 * @returns undefined where there is no run yet, or one of as many steps
 * @throws where more steps would not give what as many from the beginning give, and what to do instead
 */
export async function beforeProlonging(
  folder: string,
  config: Config,
): Promise<Config | undefined> {
  const known = await descriptionIfPresent(folder);
  if (!known) return undefined;
  const { steps } = config.training;
  const { steps: before, schedule, scheduleSteps, stopping, evalEvery } = known.config.training;
  if (steps === before) return undefined;
  const where = `${folder}: --steps ${steps}`;
  if (steps < before) {
    throw new Error(`${where}: this run is one of ${before} steps; give more, or another --name`);
  }
  if (schedule !== 'constant' && scheduleSteps === null) {
    throw new Error(
      `${where}: its learning rate (${schedule}) ends with step ${before}, so that ${steps} steps would have had ` +
        `other rates from the first on; give another --name, and --set training.scheduleSteps=N for a run that can be ` +
        `prolonged`,
    );
  }
  if (stopping !== null && before % evalEvery !== 0) {
    throw new Error(
      `${where}: evaluations stop its tasks, and the one after step ${before} is one more than ${steps} steps have; ` +
        `give another --name`,
    );
  }
  return withSteps(config, before);
}

/** Makes the run in a folder one of more steps, which is not finished: it goes on from its last checkpoint. */
export async function prolong(folder: string, config: Config): Promise<void> {
  const [description, configHash] = [await readDescription(folder), await configHashOf(folder)];
  await rm(join(folder, 'result.json'), { force: true });
  await writeAtomically(join(folder, 'config.json'), json(keptConfig(config).config));
  // Last, since it says how many steps there are: a run that stopped before is prolonged by the same command.
  await saveDescription(folder, {
    ...description,
    config: withSteps(description.config, config.training.steps),
    ...(configHash !== undefined && { configHash }),
  });
}
