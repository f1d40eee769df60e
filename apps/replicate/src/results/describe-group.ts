import type { ResultsGroup } from '@scene-mtl/lab';
import { encoderText } from '../config/encoder-text.ts';
import type { Config } from '../config/schema.ts';
import type { SceneData } from '../scenes/kind.ts';

/** What a group of results was made with. */
export interface GroupMade {
  /** `quick`, `standard`, … */
  readonly profile: string;
  /** What of it was changed but for the seeds, as `--set` has it. */
  readonly changes?: readonly string[];
  /** Its seeds are those that were run. */
  readonly config: Config;
  readonly data: Pick<SceneData, 'name' | 'frames'>;
}

/**
 * The same in words: name, heading, columns of the summary, conditions.
 * @param counts how many seeds each experiment has; absent: all those of the configuration
 */
export function describeGroup(
  { profile, changes = [], config, data }: GroupMade,
  counts: readonly number[] = [config.seeds.length],
): Pick<ResultsGroup, 'name' | 'heading' | 'overview' | 'conditions'> {
  const { training, network, seeds, size } = config;
  const { encoder } = network;
  const start =
    encoder.kind !== 'mobilenet' ? [] : [encoder.weights ? 'ImageNet weights' : 'scratch'];
  const name = [`${[profile, ...changes].join(', ')} / ${data.name}`, ...start].join(', ');
  const pixels = `${size.height}×${size.width} px`;
  const plural = seeds.length > 1 ? 's' : '';
  const { train, val } = data.frames;
  return {
    name,
    heading: `${name}: ${pixels}, ${training.steps} steps, seed${plural} ${seeds.join(', ')}`,
    overview: {
      Data: `${data.name}, ${train} training and ${val} validation frames`,
      Size: pixels,
      Steps: String(training.steps),
      Seeds: seedsText(seeds, counts),
    },
    conditions: {
      'images per step': String(training.batchSize),
      'learning rate': String(training.learningRate),
      encoder: encoderText(encoder),
    },
  };
}

/** The seeds, or how many of them where experiments have fewer than the group. */
function seedsText(seeds: readonly number[], counts: readonly number[]): string {
  const least = Math.min(...counts, seeds.length);
  return least < seeds.length ? `${least} to ${seeds.length}, by experiment` : seeds.join(', ');
}
