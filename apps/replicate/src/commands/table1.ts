import { basename, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { configured } from '../config/overrides.ts';
import { profiles, type ProfileName } from '../config/profiles.ts';
import { table1 } from '../paper/table1.ts';
import { runTable1 } from '../table1/run.ts';

interface Flags {
  profile: ProfileName;
  data?: string;
  weights?: string;
  runs: string;
  name?: string;
  config?: string;
  set: string[];
  rows?: string[];
  engine: 'onnx' | 'cpu' | 'tensorflow';
  threads?: number;
}

const slugs = table1.map((row) => row.slug);

const rowList = (text: string): string[] => {
  const rows = text.split(',');
  const unknown = rows.filter((row) => !slugs.includes(row));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`no row ${unknown.join(', ')}; rows are ${slugs.join(', ')}`);
  }
  return rows;
};

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('expected a whole number from 1');
  return value;
};

/** Adds `replicate table1`, the default command. */
export function addTable1Command(program: Command): void {
  program
    .command('table1', { isDefault: true })
    .description(
      'Table 1 of Kendall et al. 2018: three single tasks, fixed weights, uncertainty weighting.\n' +
        'Continues where an earlier run of the same name stopped.',
    )
    .addOption(
      new Option('--profile <name>', 'how much to compute')
        .choices(Object.keys(profiles))
        .default('quick'),
    )
    .option('--data <root>', 'a Cityscapes tree or CamVid, in place of generated scenes')
    .option('--weights <dir>', 'ImageNet weights of MobileNet v1, for profile camvid')
    .option('--runs <dir>', 'folder of all runs', 'runs')
    .option('--name <name>', 'folder of this run inside it (default: table1-<profile>)')
    .option('--config <file>', 'JSON laid over the profile')
    .option(
      '--set <key=value...>',
      'one value laid over that, e.g. training.steps=200',
      [] as string[],
    )
    .option('--rows <slugs>', `only these rows: ${slugs.join(', ')}`, rowList)
    .addOption(
      new Option('--engine <name>', 'what runs the steps')
        .choices(['onnx', 'cpu', 'tensorflow'])
        .default('onnx'),
    )
    .option('--threads <n>', 'threads of the engine (default: all cores)', wholeNumber)
    .action(async (flags: Flags) => {
      const profile = profiles[flags.profile];
      const config = await configured(profile, {
        file: flags.config,
        set: flags.set,
        data: flags.data === undefined ? undefined : resolve(flags.data),
        weights: flags.weights === undefined ? undefined : resolve(flags.weights),
      });
      const suffix = flags.data === undefined ? '' : `-${basename(resolve(flags.data))}`;
      const folder = await runTable1({
        config,
        runs: flags.runs,
        name: flags.name ?? `table1-${flags.profile}${suffix}`,
        rows: flags.rows,
        compile: {
          engine: flags.engine,
          ...(flags.threads !== undefined && { threads: flags.threads }),
        },
        command: `npm run replicate -- ${process.argv.slice(2).join(' ')}`.trim(),
      });
      const { readFile } = await import('node:fs/promises');
      process.stdout.write(await readFile(`${folder}/table1.md`, 'utf8'));
      process.stdout.write(`\n${folder}/report.html shows curves and pictures.\n`);
    });
}
