import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assertFree, writeTogether } from '@scene-mtl/data/files';
import { overlayPng, sideBySidePng, type Overlay } from '@scene-mtl/eval';
import type { OutputFile, Picture, PredictedPhoto, VisionTask } from '@scene-mtl/vision-heads';
import sharp from 'sharp';
import { findPhotos } from './find-photos.ts';
import { PANOPTIC, panopticImage, panopticJson, type PanopticEntry } from './panoptic-file.ts';
import { photoPredictor, type PredictorOptions } from './photo-predictor.ts';

/** What `replicate predict` does. */
export interface PredictOptions extends PredictorOptions {
  /** Photographs, folders of them, patterns: see `findPhotos`. */
  readonly images: readonly string[];
  /** Folder that gets the files. */
  readonly out: string;
  /** Replaces files that are there and differ. */
  readonly force?: boolean | undefined;
  /** Told of each photograph when its files are there. */
  readonly onPhoto?: ((done: number, of: number) => void) | undefined;
}

/** A file and its content. */
type Content = readonly [path: string, content: string | Uint8Array];

/**
 * Predicts photographs, one after the other, and writes what each task makes of them (`VisionTask.files`), each
 * task's overlay, all of them side by side and, at the end, the JSON file of the panoptic pictures.
 * @returns paths of the files written
 * @throws naming the photograph that cannot be read, or the file that is there already and differs; no
 * photograph's files are ever half there
 */
export async function predictPhotos(options: PredictOptions): Promise<string[]> {
  const { out, force, onPhoto } = options;
  const images = await findPhotos(options.images);
  const stems = stemsOf(images);
  const predictor = await photoPredictor(options);
  const written: string[] = [];
  const entries: PanopticEntry[] = [];
  const write = async (files: readonly Content[]) => {
    const changed = await differing(files);
    await assertFree(
      changed.map(([path]) => path),
      force,
    );
    // Not flushed to the disk one by one: they are many, and made again from the same photographs.
    await writeTogether(changed, { sync: false });
    written.push(...files.map(([path]) => path));
  };
  try {
    for (const [i, file] of images.entries()) {
      const photo = await predictor.predict(file, stems[i]);
      const { files, entry } = await contentsOf(photo, predictor.tasks);
      await write(files.map(([path, content]) => [join(out, path), content]));
      if (entry) entries.push(entry);
      onPhoto?.(i + 1, images.length);
    }
    if (entries.length > 0) written.push(await writePanoptic(out, entries, force));
    return written;
  } finally {
    await predictor.dispose();
  }
}

/** Puts photographs into `panoptic.json`. @throws where another file of this name is there, unless forced */
async function writePanoptic(
  out: string,
  entries: readonly PanopticEntry[],
  force: boolean | undefined,
): Promise<string> {
  const file = join(out, `${PANOPTIC}.json`);
  const there = await readFile(file, 'utf8').catch(() => undefined);
  const more = panopticJson(there, entries);
  if (more === undefined) await assertFree([file], force);
  await writeTogether([[file, more ?? panopticJson(undefined, entries)!]], { sync: false });
  return file;
}

/** All files of a photograph, below the output folder, and what the panoptic JSON says of it. */
async function contentsOf(
  photo: PredictedPhoto,
  tasks: readonly VisionTask[],
): Promise<{ readonly files: readonly Content[]; readonly entry: PanopticEntry | undefined }> {
  const overlays = overlaysOf(photo, tasks);
  const [segments] = tasks.flatMap((task) => task.panoptic?.(photo) ?? []);
  const panoptic = segments && panopticImage(photo.stem, photo.native, segments);
  const official = [
    ...tasks.flatMap((task) => task.files(photo)),
    ...(panoptic ? [panoptic.file] : []),
  ];
  const files = await Promise.all([
    ...overlays.map(async ([task, overlay]): Promise<Content> => [
      `overlay/${photo.stem}_${task}.png`,
      await overlayPng(overlay),
    ]),
    sheetOf(photo, tasks, overlays).then((png): Content => [`side-by-side/${photo.stem}.png`, png]),
    ...official.map(async (file): Promise<Content> => [file.path, await contentOf(file)]),
  ]);
  return { files, entry: panoptic?.entry };
}

/** The overlays of a photograph by the names of their tasks. */
const overlaysOf = (
  photo: PredictedPhoto,
  tasks: readonly VisionTask[],
): (readonly [task: string, overlay: Overlay])[] =>
  tasks.flatMap((task) => {
    const overlay = task.overlay?.(photo);
    return overlay ? [[task.name, overlay] as const] : [];
  });

/** A photograph and its overlays side by side, as PNG. */
export function sheetOf(
  photo: PredictedPhoto,
  tasks: readonly VisionTask[],
  overlays = overlaysOf(photo, tasks),
): Promise<Buffer> {
  const notes = tasks.flatMap((task) => task.words?.(photo) ?? []);
  const picture = { ...photo.native, data: photo.image };
  return sideBySidePng(
    picture,
    overlays.map(([, overlay]) => overlay),
    notes,
  );
}

/** Those of some files whose content is not what is there already. */
async function differing(files: readonly Content[]): Promise<Content[]> {
  const changed: Content[] = [];
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
