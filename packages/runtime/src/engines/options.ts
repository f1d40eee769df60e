import type { CompileOptions } from '../compile.ts';
import { refuseUnknown } from '../options.ts';
import { devices } from './device.ts';

const engines = ['onnx', 'tensorflow', 'cpu'] as const;

/** Names of the options of `compile`. */
export const compileOptionNames = [
  'engine',
  'device',
  'threads',
  'profile',
  'block',
  'reuseOutputs',
  'seed',
  'debug',
  'batchSizes',
  'inference',
] as const satisfies readonly (keyof CompileOptions)[];

/**
 * Refuses options that `compile`, or what is built on it, does not have.
 * @param where the function
 * @param more names of the options that it has besides
 */
export function checkNames(
  where: string,
  options: CompileOptions,
  more: readonly string[] = [],
): void {
  refuseUnknown(where, options, [...compileOptionNames, ...more]);
  if (options.debug) refuseUnknown(`${where}: debug`, options.debug, ['finite', 'frozen']);
}

/**
 * Checks that engine and device are known and go together.
 * @throws naming the field, what was expected and what came
 */
export function checkEngine({ engine = 'onnx', device }: CompileOptions): void {
  if (!engines.includes(engine)) {
    throw new Error(
      `compile: engine: expected one of ${engines.join(', ')}, got '${String(engine)}'`,
    );
  }
  if (device === undefined) return;
  if (!devices.includes(device)) {
    throw new Error(
      `compile: device: expected one of ${devices.join(', ')}, got '${String(device)}'`,
    );
  }
  if (engine !== 'onnx') {
    throw new Error(
      `compile: device '${device}' goes with engine 'onnx', got engine '${engine}'; ` +
        'leave the device out',
    );
  }
}
