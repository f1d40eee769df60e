import type { CompileOptions } from '@scene-mtl/runtime';
import { InvalidArgumentError, Option, type Command } from 'commander';

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
    .option('--threads <n>', 'threads of the engine (default: all cores)', positiveNumber);
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
    wholeNumber,
    1,
  );
}

/** Flags → options of `compile`. */
export const compileOptions = ({ engine, threads }: EngineFlags): CompileOptions => ({
  engine,
  ...(threads !== undefined && { threads }),
});

/** Commander parser of a whole number from 1. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('expected a whole number from 1.');
  }
  return value;
}

/** Commander parser of a whole number from 0. */
function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || text.trim() === '') {
    throw new InvalidArgumentError('expected a whole number from 0.');
  }
  return value;
}

/** Commander parser of `best`, `last` or a step. */
export function checkpointChoice(text: string): 'best' | 'last' | number {
  if (text === 'best' || text === 'last') return text;
  const step = Number(text);
  if (!Number.isInteger(step) || step < 0) {
    throw new InvalidArgumentError('expected best, last or the number of a step.');
  }
  return step;
}
