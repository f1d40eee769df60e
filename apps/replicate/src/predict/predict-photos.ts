import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { predictionStep } from '@scene-mtl/core';
import { assertFree, writeTogether } from '@scene-mtl/data/files';
import { readPhoto } from '@scene-mtl/datasets';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import { normalised, type OutputFile, type Picture } from '@scene-mtl/vision-heads';
import sharp from 'sharp';
import { normalisationOf } from '../assemble.ts';
import { readDescription } from '../run/description.ts';
import { decoded } from '../train/evaluation.ts';
import { checkpointOf, loadNetwork, type CheckpointChoice } from './stored-network.ts';

/** What `replicate predict` does. */
export interface PredictOptions {
  /** Folder of the run. */
  readonly run: string;
  readonly checkpoint: CheckpointChoice;
  readonly images: readonly string[];
  /** Folder that gets the files. */
  readonly out: string;
  /** Replaces files that are there and differ. */
  readonly force?: boolean | undefined;
  readonly compile: CompileOptions;
}

/**
 * Predicts photographs, one after the other, and writes what each task makes of them
 * (`VisionTask.files`).
 * @returns paths of the files written
 * @throws naming the photograph that cannot be read, or the file that is there already and differs; no
 * photograph's files are ever half there
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
      const { data: image, native } = await readPhoto(file, size).catch((cause: Error) => {
        throw new Error(`--image ${cause.message}`, { cause });
      });
      const outputs = await compiled.run({ image: normalised(image, normalisation) });
      const predictions = Object.fromEntries(
        network.tasks.map((task) => {
          const output = outputs[task.name] as Float32Array;
          return [task.name, decoded(task, output, 0, 1, size)];
        }),
      );
      const photo = { stem: stems[i], image, size, native, predictions };
      const files = await Promise.all(
        network.tasks
          .flatMap((task) => task.files(photo))
          .map(async (made) => [join(out, made.path), await contentOf(made)] as const),
      );
      const changed = await differing(files);
      await assertFree(
        changed.map(([path]) => path),
        options.force,
      );
      // Not flushed to the disk one by one: they are many, and made again from the same photographs.
      await writeTogether(changed, { sync: false });
      written.push(...files.map(([path]) => path));
    }
    return written;
  } finally {
    await compiled.dispose();
    network.model.dispose();
  }
}

/** Those of some files whose content is not what is there already. */
async function differing<F extends readonly [path: string, content: string | Uint8Array]>(
  files: readonly F[],
): Promise<F[]> {
  const changed: F[] = [];
  // One after the other: masks may be more than files that may be open.
  for (const file of files) {
    const [path, content] = file;
    const there = await readFile(path).catch(() => undefined);
    if (!there?.equals(Buffer.from(content as Uint8Array))) changed.push(file);
  }
  return changed;
}

/** Content of a file: text as it is, a picture as PNG. */
export const contentOf = async ({ content }: OutputFile): Promise<string | Uint8Array> =>
  typeof content === 'string' ? content : png(content);

/** PNG of one channel or three, 8 or 16 bits as the array has, every value kept. */
async function png({ data, width, height }: Picture): Promise<Buffer> {
  const channels = data.length === 3 * width * height ? 3 : 1;
  const picture = sharp(data, { raw: { width, height, channels } });
  if (channels === 1) picture.toColourspace(data.BYTES_PER_ELEMENT === 2 ? 'grey16' : 'b-w');
  return picture.png({ compressionLevel: 9 }).toBuffer();
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
