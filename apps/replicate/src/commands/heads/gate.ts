import { join } from 'node:path';
import { assertFree, writeTogether } from '@scene-mtl/data/files';
import { json, junitXml } from '@scene-mtl/lab';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { epsilonsOf } from '../../gate/epsilons.ts';
import { gateRuns, type GatePicture, type GateReport } from '../../gate/gate-runs.ts';
import { gateSuite, refusedOf } from '../../gate/report.ts';
import { addEngineFlags, compileOptions, type EngineFlags } from '../engine-flags.ts';
import { folderPath } from '../path.ts';
import { wholeNumber } from '../whole-number.ts';
import { gateText } from './gate-text.ts';
import { addOptions } from './options.ts';

interface Flags extends EngineFlags {
  against: string;
  epsilon: string[];
  checkpoint: 'best' | 'last';
  removed: string[];
  by: 'interval' | 'estimate';
  resamples: number;
  frames: number;
  data?: string;
  out?: string;
  force?: true;
  json?: true;
}

const names = (text: string): string[] => {
  const list = text.split(',');
  if (list.includes(''))
    throw new InvalidArgumentError('expected names of heads, e.g. depth,edges.');
  return list;
};

/** Adds `heads gate`: whether a new network has dropped any task of an old one. */
export function addGateCommand(heads: Command): void {
  const command = heads
    .command('gate')
    .description(
      'Compare every task of two runs on the same validation frames, frame by frame; exit code 1 where one\n' +
        'dropped by more than ε, or where that cannot be excluded.',
    )
    .argument('<new>', 'folder of the run that is to replace another', folderPath)
    .requiredOption('--against <old>', 'folder of the run that it is compared with', folderPath)
    .addOption(
      new Option('--checkpoint <which>', 'of both runs').choices(['best', 'last']).default('last'),
    )
    .option('--removed <heads>', 'heads of the old run that were taken away on purpose', names, [])
    .addOption(
      new Option(
        '--by <rule>',
        'refuse by the bad end of the drop’s interval, or by the drop itself',
      )
        .choices(['interval', 'estimate'])
        .default('interval'),
    )
    .option('--resamples <n>', 'of the frames, for the intervals', wholeNumber(100, 100_000), 1000)
    .option(
      '--frames <n>',
      'frames that got worse, listed and drawn a task',
      wholeNumber(0, 1000),
      5,
    )
    .option(
      '--out <dir>',
      'write gate.json, gate.junit.xml and worse-<task>.png there',
      folderPath,
    );
  addEngineFlags(addOptions(command, 'epsilon', 'data', 'plugin', 'force', 'json')).action(
    async (after: string, flags: Flags) => {
      const { against: before, epsilon, checkpoint, removed, by: rule, out } = flags;
      const { resamples, frames, data } = flags;
      const epsilons = epsilonsOf(epsilon);
      if (out !== undefined) await assertFree(Object.values(filesIn(out)), flags.force);
      const { report, pictures } = await gateRuns({
        ...{ after, before, checkpoint, data, epsilons, removed, rule, resamples, frames },
        draw: out !== undefined,
        compile: compileOptions(flags),
      });
      const written = out === undefined ? [] : await writeGate(out, report, pictures, flags.force);
      process.stdout.write(flags.json ? json(report) : textOf(report, written));
      if (report.passes) return;
      process.stderr.write(`refused: ${refusedOf(report).join(', ')}\n`);
      process.exitCode = 1;
    },
  );
}

const filesIn = (out: string) => ({
  json: join(out, 'gate.json'),
  junit: join(out, 'gate.junit.xml'),
});

async function writeGate(
  out: string,
  report: GateReport,
  pictures: readonly GatePicture[],
  force: boolean | undefined,
): Promise<string[]> {
  const { json: whole, junit } = filesIn(out);
  const files = [
    ...pictures.map(({ task, png }) => [join(out, `worse-${fileName(task)}.png`), png] as const),
    [junit, junitXml([gateSuite(report)])] as const,
    [whole, json(report)] as const,
  ];
  const paths = files.map(([file]) => file);
  await assertFree(paths, force);
  await writeTogether(files);
  return paths;
}

/** A task's name as part of a file's. */
const fileName = (task: string): string => task.replace(/[^\w-]+/g, '-');

const textOf = (report: GateReport, written: readonly string[]): string =>
  `${gateText(report)}${written.map((line) => `${line}\n`).join('')}`;
