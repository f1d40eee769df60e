import { computedLayers, type MultiTaskModel } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';

/** The two files of a `tf.layers` model. */
export interface LayersFiles {
  /** `model.json`: topology, list of weights, metadata. */
  readonly model: string;
  /** `weights.bin`, to lie beside it. */
  readonly weights: Uint8Array;
}

const WEIGHTS = 'weights.bin';

/**
 * A network as the `tf.layers` model that plain TensorFlow.js loads with `tf.loadLayersModel`: only
 * standard layers, whose inference is the same as ours. Outputs are in the order of the tasks, each
 * from a layer that has its task's name.
 * @param metadata written as `userDefinedMetadata`
 * @throws naming a layer that plain TensorFlow.js has not
 */
export async function layersFiles(
  { model }: MultiTaskModel,
  metadata: Readonly<Record<string, string>>,
): Promise<LayersFiles> {
  const [own] = computedLayers(model);
  if (own !== undefined) {
    throw new Error(
      `export: plain TensorFlow.js has no layer that computes what ${own} does; use --format onnx`,
    );
  }
  let artifacts: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler((saved) => {
    artifacts = saved;
    return Promise.resolve({
      modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' },
    });
  });
  await model.save(handler);
  const { modelTopology, weightSpecs, weightData, generatedBy } = artifacts ?? {};
  if (!modelTopology || !weightSpecs || !weightData) {
    throw new Error('export: TensorFlow.js gave a model without topology or weights');
  }
  const json: tf.io.ModelJSON = {
    format: 'layers-model',
    ...(generatedBy !== undefined && { generatedBy }),
    modelTopology,
    weightsManifest: [{ paths: [WEIGHTS], weights: weightSpecs }],
    userDefinedMetadata: { ...metadata },
  };
  return {
    model: JSON.stringify(json),
    weights: new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)),
  };
}

/** Names of the files in the folder of an exported model. */
export const LAYERS_FILES = { model: 'model.json', weights: WEIGHTS } as const;
