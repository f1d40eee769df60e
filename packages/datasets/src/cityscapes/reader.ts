import {
  assertSize,
  cameraField,
  centresOf,
  classesKind,
  classMap,
  findField,
  objectMap,
  photo,
  resizeNearest,
  VOID,
  withFields,
  type Centre,
  type Field,
  type Sample,
  type Size,
} from '@scene-mtl/data';
import { evaluatedLabels, instanceLabels, labelNamed } from '@scene-mtl/data/cityscapes';
import { SPLITS, type Dataset, type Split } from '../dataset.ts';
import { readGrey16, readGrey8, readPhoto } from '../image/read.ts';
import { objects, trainIds } from './annotations.ts';
import { readCamera, readJson } from './camera.ts';
import { decodeDisparity } from './disparity.ts';
import { decodeNormals } from './normals.ts';
import { listTree, partnerPath, photoPath, type Partner } from './files.ts';

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
const SKY = evaluatedLabels.findIndex((label) => label.name === 'sky');

/**
 * A Cityscapes tree on disk: `leftImg8bit`, and where present `gtFine` (labelIds, instanceIds),
 * `disparity`, `normals`, `camera` and `centres`. Disparities are px at the native width of their own image,
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
  const named = classes === 20 ? [...evaluatedLabels, VOID_CLASS] : evaluatedLabels;
  const known = new Map(SPLITS.map((split) => [split, new Set(frames[split])]));

  return {
    name,
    fields: [
      ...(annotated('semantic') ? ['semantic'] : []),
      ...(annotated('instance') ? ['instance'] : []),
      ...(annotated('disparity') ? ['depth'] : []),
      ...(annotated('normals') ? ['normals'] : []),
    ],
    legend: {
      classes: named.map((label) => label.name),
      palette: named.map((label) => label.colour),
      instanceClasses: instanceLabels.map((label) => label.trainId),
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
      const semantic = findField(sample, 'semantic', classesKind);
      if (classes === 19 || semantic === undefined) return sample;
      const data = semantic.data.map((k) => (k === VOID ? evaluatedLabels.length : k));
      return withFields(sample, { semantic: classMap(size, data) });
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
  const picture = await readPhoto(photoPath(root, split, id), size);
  const { native } = picture;
  const ratio = { height: size.height / native.height, width: size.width / native.width };
  const { width } = size;
  const fields: Record<string, Field> = { image: photo(size, picture.data) };
  const sky: number[] = [];
  if (has.has('semantic')) {
    const file = path('semantic');
    const labelIds = ofPhoto(file, await readGrey8(file), native);
    const data = trainIds(resizeNearest(labelIds, native, size), width, file);
    fields['semantic'] = classMap(size, data);
    data.forEach((label, i) => label === SKY && sky.push(i));
  }
  if (has.has('instance')) {
    const file = path('instance');
    const instanceIds = ofPhoto(file, await readGrey16(file), native);
    const data = objects(resizeNearest(instanceIds, native, size), width, file);
    const centres = has.has('centres')
      ? await readCentres(path('centres'), data, width, ratio)
      : centresOf(data, width);
    fields['instance'] = objectMap(size, data, centres);
  }
  if (has.has('disparity')) {
    const file = path('disparity');
    const p = ofPhoto(file, await readGrey16(file), native);
    const map = decodeDisparity(p, native, size);
    for (const i of request.skyDisparity === 'zero' ? sky : []) {
      map.data[i] = 0;
      map.valid[i] = 1;
    }
    fields['depth'] = map;
  }
  if (has.has('normals')) {
    const file = path('normals');
    fields['normals'] = decodeNormals(ofPhoto(file, await readPhoto(file), native), native, size);
  }
  if (has.has('camera')) {
    fields['camera'] = cameraField(await readCamera(path('camera'), ratio));
  }
  return { id, fields };
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

function ofPhoto<Data>(file: string, image: Size & { data: Data }, photo: Size): Data {
  if (image.height !== photo.height || image.width !== photo.width) {
    throw new Error(
      `${file}: ${image.height} × ${image.width} px, but its photograph has ${photo.height} × ${photo.width}`,
    );
  }
  return image.data;
}
