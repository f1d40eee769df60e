import { dirname, join } from 'node:path';
import type { VisionNetwork } from '../assemble/network.ts';
import { assertFree, cannotWrite, makeFolder, writeTogether } from '@scene-mtl/data/files';
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

/** A format to export to. */
export interface Exporter {
  /**
   * The files that `write` makes.
   * @throws when `out` is not what the format needs
   */
  readonly files: (out: string) => readonly string[];
  /** Writes all of them, or none. */
  readonly write: (exported: Exported) => Promise<void>;
}

/** `out` is the `.onnx` file. */
const onnx: Exporter = {
  files(out) {
    if (out.endsWith('.onnx')) return [out];
    throw new Error(`--out ${out}: expected a file that ends with .onnx`);
  },
  async write({ network, description, step, batchSize, out }) {
    const metadata = exportMetadata(description, network, step, batchSize);
    await makeFolder(dirname(out), out);
    try {
      await exportOnnx(network, out, batchSize, metadata);
    } catch (error) {
      // Other failures are not of the file.
      const cause = (error as Error).cause ?? error;
      throw (cause as NodeJS.ErrnoException).syscall ? cannotWrite(out, cause) : error;
    }
  },
};

/** `out` is a folder. */
const tfjs: Exporter = {
  files(out) {
    const { model, weights } = LAYERS_FILES;
    if (!out.endsWith('.onnx')) return [join(out, model), join(out, weights)];
    throw new Error(
      `--out ${out}: expected a folder, for ${Object.values(LAYERS_FILES).join(', ')}`,
    );
  },
  async write({ network, description, step, out }) {
    const files = await layersFiles(network, exportMetadata(description, network, step, null));
    const [model, weights] = this.files(out);
    // The weights first: a model.json is only there when what it names is.
    await writeTogether([
      [weights, files.weights],
      [model, files.model],
    ]);
  },
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
  /** Replaces files that are there. */
  readonly force?: boolean | undefined;
}

/**
 * Exports the network of a stored run; returns the files written.
 * @throws when `out` is not what the format needs, or is there already, before anything is done
 */
export async function exportRun(options: ExportOptions): Promise<readonly string[]> {
  const { run, format, batchSize, out } = options;
  const exporter: Exporter = exporters[format];
  const files = exporter.files(out);
  await assertFree(files, options.force);
  const description = await readDescription(run);
  const checkpoint = await checkpointOf(run, options.checkpoint);
  const network = loadNetwork(description, checkpoint, run);
  try {
    const { step } = checkpoint.manifest;
    await exporter.write({ network, description, step, batchSize, out });
    return files;
  } finally {
    network.model.dispose();
  }
}
