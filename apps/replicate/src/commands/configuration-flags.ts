import { basename, resolve } from 'node:path';
import { shellWords } from '@scene-mtl/data';
import { dataPlace } from '@scene-mtl/datasets';
import { Option, type Command } from 'commander';
import { filePath, folderPath } from './path.ts';
import { wholeNumber } from './whole-number.ts';
import { INVOCATION } from '../config/invocation.ts';
import { configured } from '../config/overrides.ts';
import { loadPlugins } from '../plugins/load.ts';
import { addPluginFlag, type PluginFlags } from './plugin-flag.ts';
import { profiles, type ProfileName } from '../config/profiles.ts';
import { LIMITS } from '../config/limits.ts';
import type { Config } from '../config/schema.ts';

/** Flags of every command that begins from a profile. */
export interface ConfigurationFlags extends PluginFlags {
  readonly profile: ProfileName;
  readonly config?: string;
  readonly set: string[];
  readonly data?: string;
  readonly frames?: number;
  readonly pretrained?: string;
}

/** Adds `--profile`, `--data`, `--pretrained`, `--plugin`, `--config` and `--set`. */
export function addConfigurationFlags(command: Command): Command {
  return addPluginFlag(command)
    .addOption(
      new Option(
        '--profile <name>',
        'how much to compute; camvid: MobileNet v1, for --data CAMVID; mnist: for --data MNIST',
      )
        .choices(Object.keys(profiles))
        .default('quick'),
    )
    .option(
      '--data <root>',
      'your own data (dataset.json), a Cityscapes tree, CamVid, or a data set of --plugin, in place of generated scenes',
    )
    .option(
      '--frames <n>',
      'of --data: at most so many frames of each split, evenly over it (default: all)',
      wholeNumber(1, LIMITS.frames),
    )
    .option(
      '--pretrained <dir>',
      'begin from ImageNet weights of MobileNet v1 (--profile camvid); without: from scratch',
      folderPath,
    )
    .option('--config <file>', 'JSON laid over the profile', filePath)
    .option(
      '--set <key=value...>',
      'one value laid over that, e.g. training.steps=200',
      [] as string[],
    );
}

/** The configuration that the flags say. */
export const configurationOf = async ({
  profile,
  config: file,
  set,
  data,
  frames,
  pretrained,
  plugin,
}: ConfigurationFlags): Promise<Config> =>
  configured(profiles[profile], {
    file,
    set,
    plugins: await loadPlugins(plugin),
    data: data === undefined ? undefined : dataPlace(data),
    frames,
    pretrained: pretrained === undefined ? undefined : resolve(pretrained),
  });

/** `<profile>`, the name of the data's folder where one is given, `imagenet` with its weights. */
export const groupOf = ({ profile, data, pretrained }: ConfigurationFlags): string =>
  [
    profile,
    ...(data === undefined ? [] : [basename(dataPlace(data)).replace(':', '-')]),
    ...(pretrained === undefined ? [] : ['imagenet']),
  ].join('-');

/** The command as one types it to get the same arguments again. */
export const typedCommand = (): string =>
  `${INVOCATION} ${shellWords(process.argv.slice(2))}`.trim();
