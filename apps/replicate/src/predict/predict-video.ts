import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { annotationsOf } from '@scene-mtl/data';
import { assertFree } from '@scene-mtl/data/files';
import { sideBySide, type Overlay, type Rgb } from '@scene-mtl/eval';
import { resizedPhoto } from '@scene-mtl/datasets';
import type { PredictedPhoto } from '@scene-mtl/vision-heads';
import { videoFacts, videoFrames, videoWriter, type VideoWriter } from './ffmpeg.ts';
import { photoPredictor, type PhotoPredictor, type PredictorOptions } from './photo-predictor.ts';
import { stemsOf } from './predict-photos.ts';

/** What `replicate predict --video` does. */
export interface PredictVideoOptions extends PredictorOptions {
  readonly video: string;
  /** Folder that gets `<name>.mp4`. */
  readonly out: string;
  /** Replaces a file that is there. */
  readonly force?: boolean | undefined;
  /** Told of each frame; `of` is about how many there are, if the video says so. */
  readonly onFrame?: ((done: number, of: number | undefined) => void) | undefined;
}

/**
 * Predicts a video frame by frame, each by itself, and writes it as MP4 with all overlays side by side, at the same
 * rate and without sound. Frames come and go through pipes of ffmpeg.
 * @returns path of the file
 * @throws for a video that cannot be read, a file that is there already; where ffmpeg is not installed. No part of
 * a video stays behind then
 */
export async function predictVideo(options: PredictVideoOptions): Promise<string> {
  const { video, force, onFrame } = options;
  const [stem] = stemsOf([video]);
  const file = join(options.out, `${stem}.mp4`);
  await assertFree([file], force);
  await assertOther(video, file);
  const facts = await videoFacts(video);
  const predictor = await photoPredictor(options);
  let writer: VideoWriter | undefined;
  let size: Pick<Rgb, 'height' | 'width'> | undefined;
  try {
    let done = 0;
    for await (const frame of videoFrames(video, facts)) {
      const photo = await predictor.predictPicture(frame, stem);
      const drawn = await frameOf(photo, predictor);
      size ??= drawn;
      writer ??= await videoWriter(file, size, facts);
      const isSame = drawn.height === size.height && drawn.width === size.width;
      // A line of words more or less below a picture: all frames of a video have one size.
      await writer.write((isSame ? drawn : await resizedPhoto(drawn, size)).data);
      onFrame?.(++done, facts.frames);
    }
    if (!writer) throw new Error(`--video ${video}: no frame in it`);
    await writer.finish();
    return file;
  } finally {
    await writer?.abort();
    await predictor.dispose();
  }
}

/** A frame with all that was predicted, under keys that stay where they are from frame to frame. */
function frameOf(photo: PredictedPhoto, { tasks, data }: PhotoPredictor): Promise<Rgb> {
  const annotations = annotationsOf(data);
  const overlays = tasks.flatMap((task): Overlay[] => {
    const overlay = task.overlay?.(photo);
    if (!overlay) return [];
    if (overlay.key.kind !== 'names') return [overlay];
    const annotation = annotations[task.name];
    // Of classes all of them, without shares; what counts objects would change with each.
    const entries =
      annotation?.kind === 'classes'
        ? annotation.classes.map((text, c) => ({ text, colour: annotation.palette[c] }))
        : [];
    return [{ ...overlay, key: { kind: 'names', entries } }];
  });
  const notes = tasks.flatMap((task) => task.words?.(photo) ?? []);
  return sideBySide({ ...photo.native, data: photo.image }, overlays, notes);
}

/** @throws where the video would be written over while it is read */
async function assertOther(video: string, file: string): Promise<void> {
  const [from, to] = await Promise.all(
    [video, file].map((path) => stat(path).catch(() => undefined)),
  );
  if (from?.ino === undefined || from.ino !== to?.ino || from.dev !== to.dev) return;
  throw new Error(`--video ${video}: would be written over; give another folder by --out`);
}
