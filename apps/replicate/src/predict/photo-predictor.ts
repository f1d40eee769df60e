import { predictionStep } from '@scene-mtl/core';
import { sameSize, type Size } from '@scene-mtl/data';
import { photoSize, readPhoto, resizedPhoto, type Rgb } from '@scene-mtl/datasets';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import { normalised, type PredictedPhoto, type VisionTask } from '@scene-mtl/vision-heads';
import { normalisationOf, type VisionNetwork } from '../assemble/network.ts';
import { readDescription, type RunDescription } from '../run/description.ts';
import { planOf, type Fit, type PhotoPlan } from './photo-plan.ts';
import { checkpointOf, loadNetwork, type CheckpointChoice } from './stored-network.ts';
import { blendAnswers, blendMaps, cutWindow } from './windows.ts';

/** A stored network that predicts photographs of any size. */
export interface PhotoPredictor {
  readonly tasks: readonly VisionTask[];
  /** What the network was trained on. */
  readonly data: RunDescription['data'];
  /** @throws naming the photograph that cannot be read */
  predict(file: string, stem: string): Promise<PredictedPhoto>;
  /** @param picture at its own size, which is not kept */
  predictPicture(picture: Rgb, stem: string): Promise<PredictedPhoto>;
  dispose(): Promise<void>;
}

/** A photograph, and brought to the size of its plan. */
interface Brought extends Pick<PredictedPhoto, 'stem' | 'image' | 'native'> {
  readonly brought: Uint8Array;
}

/** What of a run predicts, and how a photograph meets it. */
export interface PredictorOptions {
  /** Folder of the run. */
  readonly run: string;
  readonly checkpoint: CheckpointChoice;
  /** See `planOf`; default `windows`. */
  readonly fit?: Fit | undefined;
  /** Size of the network's pictures, px; default the run's. */
  readonly size?: Size | undefined;
  readonly compile: CompileOptions;
}

/** Loads a run's network and compiles it. @throws as `checkpointOf`; for a size that the network cannot take */
export async function photoPredictor(options: PredictorOptions): Promise<PhotoPredictor> {
  const { run, fit = 'windows' } = options;
  const description = await readDescription(run);
  const { config } = description;
  const input = options.size ?? config.size;
  const checkpoint = await checkpointOf(run, options.checkpoint);
  const network = sized(input, config.size, () => loadNetwork(description, checkpoint, run, input));
  const normalisation = normalisationOf(config);
  const step = predictionStep(network, 1);
  const compiled = await compile(step.run, step.signature, options.compile);
  await compiled.push();
  const predicted = async (photo: Brought, plan: PhotoPlan): Promise<PredictedPhoto> => {
    const { stem, image, native } = photo;
    const pixels = normalised(photo.brought, normalisation);
    const blends = network.tasks.map((task) =>
      task.places ? blendAnswers() : blendMaps(plan.size),
    );
    for (const window of plan.windows) {
      const isWhole = sameSize(window, plan.size);
      const cut = isWhole ? pixels : cutWindow(pixels, plan.size, window);
      const outputs = await compiled.run({ image: cut });
      network.tasks.forEach((task, i) => blends[i].add(outputs[task.name] as Float32Array, window));
    }
    const { height, width } = plan.size;
    const predictions = Object.fromEntries(
      network.tasks.map((task, i) => [task.name, task.decode(blends[i].result(), height, width)]),
    );
    return { stem, image, size: plan.size, native, input, predictions };
  };
  return {
    tasks: network.tasks,
    data: description.data,
    async predict(file, stem) {
      const named = (cause: Error) => {
        throw new Error(`--image ${cause.message}`, { cause });
      };
      const native = await photoSize(file).catch(named);
      const plan = planOf(fit, native, input);
      assertWindows(network, plan, `--image ${file}`);
      const { data: image } = await readPhoto(file).catch(named);
      const { data: brought } = sameSize(plan.size, native)
        ? { data: image }
        : await readPhoto(file, plan.size).catch(named);
      return predicted({ stem, image, native, brought }, plan);
    },
    async predictPicture(picture, stem) {
      const { data: image, height, width } = picture;
      const native = { height, width };
      const plan = planOf(fit, native, input);
      assertWindows(network, plan, stem);
      const { data: brought } = sameSize(plan.size, native)
        ? picture
        : await resizedPhoto(picture, plan.size);
      return predicted({ stem, image, native, brought }, plan);
    },
    async dispose() {
      await compiled.dispose();
      network.model.dispose();
    },
  };
}

/** @throws saying that it is the size, where the network of a run cannot be made at another one */
function sized<T>(input: Size, own: Size, make: () => T): T {
  if (sameSize(input, own)) return make();
  try {
    return make();
  } catch (cause) {
    const text = ({ height, width }: Size) => `${height}x${width}`;
    throw new Error(
      `--size ${text(input)}: the network of this run cannot take it (${(cause as Error).message}); ` +
        `its own is ${text(own)}`,
      { cause },
    );
  }
}

/** @throws where a task's answer has a shape that follows the picture's, so that windows cannot be put together */
function assertWindows({ tasks }: VisionNetwork, { windows, size }: PhotoPlan, name: string): void {
  if (windows.length === 1 && sameSize(windows[0], size)) return;
  const [{ height, width }] = windows;
  const odd = tasks.find(({ places }) => {
    const shape = (h: number, w: number) => places?.([h, w]).join();
    return shape(height, width) !== shape(2 * height, 2 * width);
  });
  if (!odd) return;
  throw new Error(
    `${name}: what ${odd.name} answers has places of its own, which windows cannot be put together from; ` +
      `use --fit resize`,
  );
}
