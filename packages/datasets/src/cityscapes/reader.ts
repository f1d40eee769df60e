import { VOID, type Centre, type Sample } from '@scene-mtl/core/samples';
import { centresOf } from '../centres.ts';
import { assertSize, SPLITS, type Dataset, type Size, type Split } from '../dataset.ts';
import { resizeNearest } from '../image/nearest.ts';
import { readGrey16, readGrey8, readPhoto } from '../image/read.ts';
import { objects, trainIds } from './annotations.ts';
import { readCamera, readJson } from './camera.ts';
import { decodeDisparity } from './disparity.ts';
import { listTree, partnerPath, photoPath, type Partner } from './files.ts';
import { labelNamed, trainLabels } from './labels.ts';

/** How a Cityscapes tree is read. */
export interface CityscapesOptions {
  /** Name of the data set; default `cityscapes`. */
  readonly name?: string;
  /**
   * Disparity of sky pixels. `zero` (default): 0 px and valid, infinitely far, as Kendall et al. 2018
   * set it (section 4, "inverse depth of zero"). `asRecorded`: what the file says.
   */
  readonly skyDisparity?: 'zero' | 'asRecorded';
  /**
   * 19 (default): the evaluated classes; everything else is void and never counts. 20: void is a
   * class of its own, training id 19 and named 'unlabeled', one reading of the 20 classes of
   * Kendall et al. 2018.
   */
  readonly classes?: 19 | 20;
}

const VOID_CLASS = labelNamed('unlabeled');
const SKY = trainLabels.findIndex((label) => label.name === 'sky');

/**
 * A Cityscapes tree on disk: `leftImg8bit`, and where present `gtFine` (labelIds, instanceIds),
 * `disparity`, `camera` and `centres`. Disparities are px at the native width of their own image,
 * whatever it is (official 2048; generated trees are smaller).
 * @throws when partner files are missing; the message lists them
 */
export async function openCityscapes(
  root: string,
  { name = 'cityscapes', skyDisparity = 'zero', classes = 19 }: CityscapesOptions = {},
): Promise<Dataset> {
  const { frames, has } = await listTree(root);
  const annotated = (kind: Partner) =>
    SPLITS.some((split) => split !== 'test' && has[split].has(kind));
  const named = classes === 20 ? [...trainLabels, VOID_CLASS] : trainLabels;
  const known = new Map(SPLITS.map((split) => [split, new Set(frames[split])]));

  return {
    name,
    classes: named.map((label) => label.name),
    palette: named.map((label) => label.colour),
    instanceClasses: trainLabels.filter((l) => l.hasInstances).map((l) => l.trainId),
    annotations: {
      semantic: annotated('semantic'),
      instance: annotated('instance'),
      disparity: annotated('disparity'),
    },
    list: (split) => frames[split],
    files: (id, split) => [
      photoPath(root, split, id),
      ...Array.from(has[split], (kind) => partnerPath(root, split, id, kind)),
    ],
    async read(id, split, size) {
      assertSize(`read ${id}`, size);
      if (!known.get(split)!.has(id)) {
        throw new Error(`${root}: no frame '${id}' in split '${split}'`);
      }
      const sample = await readFrame({ root, split, id, size, has: has[split], skyDisparity });
      if (classes === 19 || sample.semantic === undefined) return sample;
      const semantic = sample.semantic.map((k) => (k === VOID ? trainLabels.length : k));
      return { ...sample, semantic };
    },
  };
}

interface FrameRequest {
  root: string;
  split: Split;
  id: string;
  size: Size;
  has: ReadonlySet<Partner>;
  skyDisparity: 'zero' | 'asRecorded';
}

async function readFrame(request: FrameRequest): Promise<Sample> {
  const { root, split, id, size, has } = request;
  const path = (kind: Partner) => partnerPath(root, split, id, kind);
  const photo = await readPhoto(photoPath(root, split, id), size);
  const { native } = photo;
  const ratio = { height: size.height / native.height, width: size.width / native.width };
  const sample: { -readonly [Key in keyof Sample]: Sample[Key] } = {
    id,
    ...size,
    image: photo.data,
  };
  if (has.has('semantic')) {
    const file = path('semantic');
    const labelIds = sameSize(file, await readGrey8(file), native);
    sample.semantic = trainIds(resizeNearest(labelIds, native, size), size.width, file);
  }
  if (has.has('instance')) {
    const file = path('instance');
    const instanceIds = sameSize(file, await readGrey16(file), native);
    sample.instance = objects(resizeNearest(instanceIds, native, size), size.width, file);
    sample.centres = has.has('centres')
      ? await readCentres(path('centres'), sample.instance, size.width, ratio)
      : centresOf(sample.instance, size.width);
  }
  if (has.has('disparity')) {
    const file = path('disparity');
    const p = sameSize(file, await readGrey16(file), native);
    const map = decodeDisparity(p, native, size);
    sample.disparity = map.disparity;
    sample.disparityValid = map.valid;
    if (request.skyDisparity === 'zero' && sample.semantic) {
      sample.semantic.forEach((label, i) => {
        if (label !== SKY) return;
        map.disparity[i] = 0;
        map.valid[i] = 1;
      });
    }
  }
  if (has.has('camera')) sample.camera = await readCamera(path('camera'), ratio);
  return sample;
}

/** Recorded centres (px of the native grid) replace those of the mask. */
async function readCentres(
  file: string,
  instance: Uint16Array,
  width: number,
  ratio: { height: number; width: number },
): Promise<Map<number, Centre>> {
  const recorded = (await readJson(file, 'centres')) as Record<string, [number, number]> | null;
  const centres = centresOf(instance, width);
  for (const value of centres.keys()) {
    const entry = recorded?.[value];
    if (!Array.isArray(entry) || entry.length !== 2 || !entry.every(Number.isFinite)) {
      throw new Error(
        `${file}: expected the centre of object ${value} as [row, column], got ${JSON.stringify(entry)}`,
      );
    }
    const [row, column] = entry;
    // Pixel centres are at integers, so edges lie half a pixel outside.
    centres.set(value, {
      row: (row + 0.5) * ratio.height - 0.5,
      column: (column + 0.5) * ratio.width - 0.5,
    });
  }
  return centres;
}

function sameSize<Data>(file: string, image: Size & { data: Data }, photo: Size): Data {
  if (image.height !== photo.height || image.width !== photo.width) {
    throw new Error(
      `${file}: ${image.width} × ${image.height} px, but its photograph has ${photo.width} × ${photo.height}`,
    );
  }
  return image.data;
}
