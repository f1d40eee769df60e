import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VisionNetwork } from '../assemble.ts';
import { writeAtomically } from '@scene-mtl/data/files';
import { readDescription, type RunDescription } from '../run/description.ts';
import { checkpointOf, loadNetwork, type CheckpointChoice } from '../predict/stored-network.ts';
import { exportMetadata } from './metadata.ts';
import { exportOnnx } from './onnx.ts';
import { LAYERS_FILES, layersFiles } from './tfjs.ts';

/** What an exporter gets: the network with its weights and where they come from. */
export interface Exported {
  readonly network: VisionNetwork;
  readonly description: RunDescription;
  /** Step of the checkpoint. */
  readonly step: number;
  /** Images at a time, where the format fixes them. */
  readonly batchSize: number;
  readonly out: string;
}

/** Writes one format; returns the files written. */
export type Exporter = (exported: Exported) => Promise<string[]>;

/** `out` is the `.onnx` file. */
const onnx: Exporter = async ({ network, description, step, batchSize, out }) => {
  if (!out.endsWith('.onnx')) {
    throw new Error(`--out ${out}: expected a file that ends with .onnx`);
  }
  await mkdir(dirname(out), { recursive: true });
  await exportOnnx(network, out, batchSize, exportMetadata(description, network, step, batchSize));
  return [out];
};

/** `out` is a folder. */
const tfjs: Exporter = async ({ network, description, step, out }) => {
  if (out.endsWith('.onnx')) {
    throw new Error(
      `--out ${out}: expected a folder, for ${Object.values(LAYERS_FILES).join(', ')}`,
    );
  }
  const files = await layersFiles(network, exportMetadata(description, network, step, null));
  const [model, weights] = [join(out, LAYERS_FILES.model), join(out, LAYERS_FILES.weights)];
  // The weights first: a model.json is only there when what it names is.
  await writeAtomically(weights, files.weights);
  await writeAtomically(model, files.model);
  return [model, weights];
};

/** Every format by its name on the command line. */
export const exporters = { onnx, tfjs } as const satisfies Record<string, Exporter>;

/** What `replicate export` does. */
export interface ExportOptions {
  /** Folder of the run. */
  readonly run: string;
  readonly checkpoint: CheckpointChoice;
  readonly format: keyof typeof exporters;
  readonly batchSize: number;
  readonly out: string;
}

/** Exports the network of a stored run; returns the files written. */
export async function exportRun(options: ExportOptions): Promise<string[]> {
  const { run, format, batchSize, out } = options;
  const description = await readDescription(run);
  const checkpoint = await checkpointOf(run, options.checkpoint);
  const network = loadNetwork(description, checkpoint, run);
  try {
    const { step } = checkpoint.manifest;
    return await exporters[format]({ network, description, step, batchSize, out });
  } finally {
    network.model.dispose();
  }
}
