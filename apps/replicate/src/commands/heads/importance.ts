import { json } from '@scene-mtl/lab';
import type { Command } from 'commander';
import { importanceOf } from '../../importance/importance.ts';
import { importanceTable } from '../../importance/table.ts';
import { addEngineFlags, compileOptions, type EngineFlags } from '../engine-flags.ts';
import { wholeNumber } from '../whole-number.ts';
import { addOptions } from './options.ts';
import { tableText } from '../table-text.ts';

interface Flags extends EngineFlags {
  against: string[];
  resamples: number;
  data?: string;
  json?: true;
}

/** Adds `heads importance`: what each knob does to every task. */
export function addImportanceCommand(heads: Command): void {
  const command = heads
    .command('importance')
    .description(
      'What each knob does to every task: runs in which something of the configuration was changed (oversampling,\n' +
        'shares, weights, a head’s decay …) against the runs of the same seeds without it; drops with intervals.',
    )
    .argument('<runs...>', 'folders of the runs with a knob turned')
    .requiredOption('--against <runs...>', 'folders of the runs without, one for each seed')
    .option('--resamples <n>', 'of the frames, for the intervals', wholeNumber(100, 100_000), 1000);
  addEngineFlags(addOptions(command, 'data', 'plugin', 'json')).action(
    async (runs: string[], flags: Flags) => {
      const { against, resamples, data } = flags;
      const compile = compileOptions(flags);
      const knobs = await importanceOf({ runs, against, resamples, data, compile });
      process.stdout.write(flags.json ? json(knobs) : tableText(importanceTable(knobs)));
    },
  );
}
