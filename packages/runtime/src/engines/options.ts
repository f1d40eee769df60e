import type { CompileOptions } from '../compile.ts';
import { devices } from './device.ts';

const engines = ['onnx', 'tensorflow', 'cpu'] as const;

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
