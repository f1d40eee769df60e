import { basename, join } from 'node:path';
import { predictionStep } from '@scene-mtl/core';
import { panelPng } from '@scene-mtl/eval';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import {
  normalised,
  type DepthPrediction,
  type InstancePrediction,
  type SemanticPrediction,
} from '@scene-mtl/vision-heads';
import { writeAtomically } from '@scene-mtl/data/files';
import { NO_CLASSES } from '@scene-mtl/datasets';
import { normalisationOf } from '../assemble.ts';
import { decoded, type Predictions } from '../train/evaluation.ts';
import { decodingFor, objectsOf } from '../train/instance-decoding.ts';
import { regularIds, toRegularIds } from '../train/official-labels.ts';
import { readDescription, type RunDescription } from '../run/description.ts';
import { disparityFile, instanceFiles, labelFile, type OutputFile } from './official-files.ts';
import { classOverlay, disparityOverlay, instanceOverlay } from './overlay.ts';
import { readPhoto, type Photo } from './photo.ts';
import { checkpointOf, loadNetwork, type CheckpointChoice } from './stored-network.ts';

/** What `replicate predict` does. */
export interface PredictOptions {
  /** Folder of the run. */
  readonly run: string;
  readonly checkpoint: CheckpointChoice;
  readonly images: readonly string[];
  /** Folder that gets the files. */
  readonly out: string;
  readonly compile: CompileOptions;
}

/**
 * Predicts photographs, one after the other, and writes what belongs to each.
 * @returns paths of the files written
 * @throws naming the photograph that cannot be read; no photograph's files are ever half there
 */
export async function predictPhotos(options: PredictOptions): Promise<string[]> {
  const { run, images, out } = options;
  const stems = stemsOf(images);
  const description = await readDescription(run);
  const network = loadNetwork(description, await checkpointOf(run, options.checkpoint), run);
  const { size } = description.config;
  const normalisation = normalisationOf(description.config);
  const step = predictionStep(network, 1);
  const compiled = await compile(step.run, step.signature, options.compile);
  const written: string[] = [];
  try {
    await compiled.push();
    for (const [i, file] of images.entries()) {
      const photo = await readPhoto(file, size);
      const outputs = await compiled.run({ image: normalised(photo.image, normalisation) });
      const predictions = Object.fromEntries(
        network.tasks.map((task) => [
          task.name,
          decoded(task, outputs[task.name] as Float32Array, 0, size),
        ]),
      );
      for (const { path, content } of await outputFiles(
        stems[i],
        photo,
        predictions,
        description,
      )) {
        // Not flushed to the disk one by one: they are many, and made again from the same photographs.
        await writeAtomically(join(out, path), content, { sync: false });
        written.push(join(out, path));
      }
    }
    return written;
  } finally {
    await compiled.dispose();
    network.model.dispose();
  }
}

/**
 * Overlays and official files of one photograph. Objects need classes and centre vectors; a network
 * without either gets none.
 */
export async function outputFiles(
  stem: string,
  { image, size, native }: Photo,
  predictions: Predictions,
  { data }: Pick<RunDescription, 'data'>,
): Promise<OutputFile[]> {
  const { semantic, instance, depth } = predictions as {
    semantic?: SemanticPrediction;
    instance?: InstancePrediction;
    depth?: DepthPrediction;
  };
  const files: OutputFile[] = [];
  const { classes, palette, instanceClasses } = data.legend ?? NO_CLASSES;
  const ids = regularIds(classes);
  if (semantic) {
    const picture = classOverlay(image, semantic.classes, size, palette);
    files.push({ path: `overlay/${stem}_semantic.png`, content: await panelPng(picture) });
    const values = ids ? toRegularIds(semantic.classes, ids) : semantic.classes;
    files.push(await labelFile(stem, ids ? 'labelIds' : 'trainIds', values, size, native));
  }
  if (semantic && instance) {
    const objects = objectsOf(semantic, instance, size, decodingFor(size, instanceClasses));
    const picture = instanceOverlay(image, objects.ids, size);
    files.push({ path: `overlay/${stem}_instance.png`, content: await panelPng(picture) });
    const labels = ids ?? classes.map((_, c) => c);
    files.push(...(await instanceFiles(stem, objects, labels, size, native)));
  }
  if (depth) {
    const picture = disparityOverlay(image, depth.disparity, size);
    files.push({ path: `overlay/${stem}_disparity.png`, content: await panelPng(picture) });
    files.push(await disparityFile(stem, depth.disparity, size, native));
  }
  return files;
}

/**
 * Names of the output files: those of the photographs, without the extension and Cityscapes'
 * `_leftImg8bit`; white space becomes `_`, since the official text file separates its fields by it.
 * @throws when two photographs would write the same files
 */
export function stemsOf(images: readonly string[]): string[] {
  const stems = images.map((file) =>
    basename(file)
      .replace(/\.[^.]*$/, '')
      .replace(/_leftImg8bit$/, '')
      .replace(/\s+/g, '_'),
  );
  stems.forEach((stem, i) => {
    const first = stems.indexOf(stem);
    if (first === i) return;
    throw new Error(
      `--image ${images[first]} and ${images[i]}: both would write ${stem}_*; predict them with ` +
        `different --out folders`,
    );
  });
  return stems;
}
