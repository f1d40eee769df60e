import { predictionStep, type MultiTaskModel } from '@scene-mtl/core';
import { compile } from '@scene-mtl/runtime';

/**
 * Writes a network's inference as one `.onnx` file: weights inside, standard operators only, input
 * `image` `[B, H, W, 3]` and one output per task `[B, H, W, C]`, by the tasks' names.
 */
export async function exportOnnx(
  network: MultiTaskModel,
  file: string,
  batchSize: number,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const { run, signature } = predictionStep(network, batchSize);
  // The file comes from the captured step; the session is not run.
  const compiled = await compile(run, signature, { threads: 1 });
  try {
    await compiled.push();
    await compiled.save(file, { metadata });
  } finally {
    await compiled.dispose();
  }
}
