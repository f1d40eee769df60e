import { encoderText } from '../config/encoder-text.ts';
import { groupEnvironment, sizeText, type ResultsGroup } from './group.ts';

/** What a group was made with, in a line of a table. */
export const overviewHead = ['Data', 'Size', 'Steps', 'Seeds', 'Commit'] as const;

/** One text for each of `overviewHead`. */
export function overviewOf(group: ResultsGroup): string[] {
  const { config, data } = group;
  return [
    `${data.name}, ${data.frames.train} training and ${data.frames.val} validation frames`,
    sizeText(group),
    String(config.training.steps),
    config.seeds.join(', '),
    groupEnvironment(group)['commit'] ?? 'not recorded',
  ];
}

/** The rest of what its numbers depend on: name → value. */
export function conditionsOf(group: ResultsGroup): Record<string, string> {
  const { training, network } = group.config;
  return {
    'images per step': String(training.batchSize),
    'learning rate': String(training.learningRate),
    encoder: encoderText(network.encoder),
    ...groupEnvironment(group),
  };
}
