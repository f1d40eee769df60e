import * as tf from '@tensorflow/tfjs';
import type { CompileOptions } from '../compile.ts';
import { commands } from './commands.ts';
import { deviceCommands, missingDevice, onnxRuntime, reasonOf, type Device } from './device.ts';
import { installedTensorFlow } from './tensorflow.ts';

/** Engine and device in one name. */
export type EngineId = 'onnx/cpu' | 'onnx/webgpu' | 'onnx/cuda' | 'tensorflow' | 'cpu';

/** Whether an engine's parts are there. That they are does not say that it starts. */
export interface Presence {
  readonly present: boolean;
  /** Which package brings it, or what is missing. */
  readonly why: string;
  /** Version of the package that brings it. */
  readonly version?: string;
}

/** One engine of the catalogue. */
export interface CatalogueEntry {
  readonly id: EngineId;
  /** What to give `compile`. */
  readonly options: Pick<CompileOptions, 'engine' | 'device'>;
  /** What it is, in a few words. */
  readonly title: string;
  /** The command that gets what it lacks. */
  readonly command: string;
  /** Looks for its parts; loads nothing that might end the process. */
  find(): Promise<Presence>;
}

const onnx = (device: Device, title: string): CatalogueEntry => ({
  id: `onnx/${device}`,
  options: { engine: 'onnx', device },
  title,
  command: deviceCommands[device],
  async find() {
    try {
      const ort = await onnxRuntime();
      const version = ort.env.versions.node ?? ort.env.versions.common;
      const missing = missingDevice(ort, device);
      return { present: missing === undefined, why: missing ?? 'onnxruntime-node', version };
    } catch (error) {
      return { present: false, why: reasonOf(error) };
    }
  },
});

/** Every engine, in order of preference (docs/engines.md). */
export const catalogue: readonly CatalogueEntry[] = [
  onnx('cpu', 'whole step as one ONNX graph, on the CPU'),
  onnx('webgpu', 'the same graph on a graphics card'),
  onnx('cuda', 'the same graph on an NVIDIA card'),
  {
    id: 'tensorflow',
    options: { engine: 'tensorflow' },
    title: "op by op on TensorFlow's own library",
    command: commands.tensorFlow,
    find: () => {
      const [found] = installedTensorFlow();
      return Promise.resolve(
        found
          ? { present: true, why: found.name, version: found.version }
          : { present: false, why: 'neither @tensorflow/tfjs-node-gpu nor tfjs-node is installed' },
      );
    },
  },
  {
    id: 'cpu',
    options: { engine: 'cpu' },
    title: 'op by op in JavaScript, slow: the oracle of the tests',
    command: commands.install,
    find: () =>
      Promise.resolve({ present: true, why: '@tensorflow/tfjs', version: tf.version.tfjs }),
  },
];

/**
 * The entry of an id.
 * @throws for an unknown id, naming the known ones
 */
export function engineOf(id: string): CatalogueEntry {
  const entry = catalogue.find((e) => e.id === id);
  if (entry) return entry;
  const known = catalogue.map((e) => e.id).join(', ');
  throw new Error(`engine '${id}': expected one of ${known}`);
}
