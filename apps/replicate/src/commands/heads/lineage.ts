import { assertFree, writeAtomically } from '@scene-mtl/data/files';
import type { Command } from 'commander';
import { epsilonsOf } from '../../gate/epsilons.ts';
import { gateRuns } from '../../gate/gate-runs.ts';
import { refusedOf } from '../../gate/report.ts';
import { lineageText } from '../../lineage/facts.ts';
import { lineageOf, type Lineage } from '../../lineage/lineage.ts';
import { retrain } from '../../lineage/retrain.ts';
import { runsOf } from '../../predict/evaluate-run.ts';
import { lineageSvg } from '../../lineage/svg.ts';
import { typedCommand } from '../configuration-flags.ts';
import {
  addDataFlags,
  addEngineFlags,
  compileOptions,
  type DataFlags,
  type EngineFlags,
} from '../engine-flags.ts';
import { filePath, folderPath } from '../path.ts';
import { wholeNumber } from '../whole-number.ts';
import { gateText } from './gate-text.ts';
import { addOptions } from './options.ts';

interface Flags extends EngineFlags, DataFlags {
  out?: string;
  force?: true;
  json?: true;
  retrain?: true;
  runs?: string;
  suffix: string;
  seed?: number;
  pretrained?: string;
  epsilon: string[];
}

/** Adds `heads lineage`: which run came from which. */
export function addLineageCommand(heads: Command): void {
  const command = heads
    .command('lineage')
    .description(
      'Which run came from which (--init), with what frozen, which data, code and seeds; a run that is not\n' +
        'there any more is shown as missing. --retrain trains the whole chain again and compares.',
    )
    .option('--out <file>', 'draw it as well, e.g. lineage.svg', filePath)
    .option(
      '--retrain',
      'train every run of it again from scratch, then heads gate the last against the run',
    )
    .option(
      '--runs <dir>',
      'folder of the new runs (default: the folder of all runs in which it lies)',
      folderPath,
    )
    .option('--suffix <text>', 'what the names of the new runs get', '-again')
    .option('--seed <n>', 'seed of all new runs (default: those of the old)', wholeNumber(0))
    .option('--pretrained <dir>', 'ImageNet weights that a run of it began with', folderPath);
  const options = addOptions(command, 'run', 'epsilon', 'plugin', 'force', 'json');
  addDataFlags(addEngineFlags(options)).action(async (run: string, flags: Flags) => {
    const epsilons = epsilonsOf(flags.epsilon);
    const { out } = flags;
    const runs = flags.runs ?? (await runsOf(run));
    if (out !== undefined) await assertFree([out], flags.force);
    const lineage = await lineageOf(run, flags.runs === undefined ? [] : [flags.runs]);
    const text = flags.json ? `${JSON.stringify(lineage, null, 2)}\n` : lineageText(lineage);
    process.stdout.write(text);
    if (out !== undefined) await writeAtomically(out, lineageSvg(lineage));
    if (flags.retrain) await compared(run, lineage, { ...flags, runs }, epsilons);
  });
}

async function compared(
  run: string,
  lineage: Lineage,
  flags: Flags & { readonly runs: string },
  epsilons: Readonly<Record<string, number>>,
): Promise<void> {
  const { runs, suffix, seed, pretrained, dataWorkers } = flags;
  const compile = compileOptions(flags);
  const command = typedCommand();
  const after = await retrain(lineage, {
    ...{ runs, suffix, seed, pretrained, compile, dataWorkers, command },
  });
  const { report } = await gateRuns({
    ...{ after, before: run, checkpoint: 'last', epsilons, removed: [], rule: 'interval' },
    ...{ resamples: 1000, frames: 5, draw: false, compile },
  });
  process.stdout.write(`\n${gateText(report)}`);
  if (report.passes) return;
  process.stderr.write(`refused: ${refusedOf(report).join(', ')}\n`);
  process.exitCode = 1;
}
