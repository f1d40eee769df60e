import * as tf from '@tensorflow/tfjs';
import { Command, CommanderError } from 'commander';
import { addDataCommands } from './commands/data/index.ts';
import { addScoreCommand } from './commands/score.ts';
import { addEvaluateCommand } from './commands/evaluate.ts';
import { addExportCommand } from './commands/export.ts';
import { addPredictCommand } from './commands/predict.ts';
import { addExperimentCommands } from './commands/experiment.ts';
import { addReportCommands } from './commands/report.ts';
import { addPlanCommand } from './commands/plan.ts';
import { addTrainCommand } from './commands/train.ts';

// Keeps TensorFlow.js's advertisement for its native package out of the output.
tf.env().set('PROD', true);

const program = new Command('replicate')
  .description('Tables and figures of Kendall, Gal & Cipolla 2018, by one command each')
  .showHelpAfterError()
  .exitOverride();
addExperimentCommands(program);
addPlanCommand(program);
addReportCommands(program);
addTrainCommand(program);
addEvaluateCommand(program);
addPredictCommand(program);
addExportCommand(program);
addDataCommands(program);
addScoreCommand(program);

try {
  await tf.setBackend('cpu');
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(`error: ${(error as Error).message}\n`);
    if (process.env['DEBUG']) process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = 1;
  }
}
