import type { CompileOptions } from '@scene-mtl/runtime';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { LIMITS } from '../config/limits.ts';
import type { CheckpointChoice } from '../predict/stored-network.ts';
import { wholeNumber } from './whole-number.ts';

/** Flags of every command that runs a network. */
export interface EngineFlags {
  readonly engine: 'onnx' | 'cpu' | 'tensorflow';
  readonly threads?: number;
}

/** Adds `--engine` and `--threads`. */
export function addEngineFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--engine <name>', 'what runs the steps')
        .choices(['onnx', 'cpu', 'tensorflow'])
        .default('onnx'),
    )
    .option(
      '--threads <n>',
      `threads of the engine, at most ${LIMITS.threads} (default: all cores)`,
      wholeNumber(1, LIMITS.threads),
    );
}

/** Flag of every command that trains. */
export interface DataFlags {
  readonly dataWorkers: number;
}

/** Adds `--data-workers`. */
export function addDataFlags(command: Command): Command {
  return command.option(
    '--data-workers <n>',
    'threads that make batches, 0: none but the training; the results are the same',
    wholeNumber(0, LIMITS.workers),
    1,
  );
}

/** Flags → options of `compile`. */
export const compileOptions = ({ engine, threads }: EngineFlags): CompileOptions => ({
  engine,
  ...(threads !== undefined && { threads }),
});

/** Commander parser of `best`, `best:<task>`, `last` or a step. */
export function checkpointChoice(text: string): CheckpointChoice {
  if (text === 'best' || text === 'last') return text;
  if (/^best:./.test(text)) return text as `best:${string}`;
  const step = Number(text);
  if (!Number.isSafeInteger(step) || step < 0 || text.trim() === '') {
    throw new InvalidArgumentError('expected best, best:TASK, last or the number of a step.');
  }
  return step;
}
