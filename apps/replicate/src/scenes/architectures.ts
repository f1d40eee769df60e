import { architectureNamed, type StageSharing } from '@scene-mtl/core';
import type { VisionTask } from '@scene-mtl/vision-heads';
import { encoderOf, networkOf } from '../assemble/network.ts';
import type { Config } from '../config/schema.ts';

type Architecture = Config['network']['architecture'];

/**
 * An architecture with its usual options for some tasks and the encoder of a configuration.
 * @throws naming all there are
 */
export function usualArchitecture(
  name: string,
  config: Pick<Config, 'network' | 'size'>,
  tasks: readonly string[],
): Architecture {
  const of = architectureNamed(name);
  const stages = encoderOf(config).stages.map((stage) => stage.name);
  const [usual] = Object.values(of.settings(tasks, stages));
  return { name: of.name, options: usual as Architecture['options'] };
}

/** How much each stage of a configuration's network is shared before it is trained. */
export function sharingAtStart(
  config: Pick<Config, 'network' | 'size'>,
  tasks: readonly VisionTask[],
  seed: number,
): readonly StageSharing[] {
  const { model, sharing } = networkOf(config, tasks, seed);
  const found = sharing();
  model.dispose();
  return found;
}
