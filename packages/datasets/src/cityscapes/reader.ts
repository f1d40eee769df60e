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
  type DisparityMap,
  type Field,
  type Sample,
  type Size,
} from '@scene-mtl/data';
import {
  evaluatedLabels,
  instanceLabels,
  labelNamed,
  UNTRAINED_OBJECTS,
} from '@scene-mtl/data/cityscapes';
import { parseJsonFile } from '@scene-mtl/data/json';
import { z } from 'zod';
import { SPLITS, type Dataset, type Split } from '../dataset.ts';
import { readIds, readTriples, readWords } from '../image/ids.ts';
import { photoSize, readPhoto } from '../image/photo.ts';
import { assertSizeOfPhoto } from '../image/same-size.ts';
import { objects, trainIds, untrainedObjects } from './annotations.ts';
import { readCamera } from './camera.ts';
import { decodeDisparity } from './disparity.ts';
import { decodeNormals } from './normals.ts';
import { listTree, type FrameFiles } from './files.ts';
import type { Partner } from './paths.ts';

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
 * @throws when partner files are missing or there are no frames; the message lists what was found (`listTree`)
 */
export async function openCityscapes(
  root: string,
  { name = 'cityscapes', skyDisparity = 'zero', classes = 19 }: CityscapesOptions = {},
): Promise<Dataset> {
  const { frames, has, leftOut, notes } = await listTree(root);
  const annotated = (kind: Partner) =>
    SPLITS.some((split) => split !== 'test' && has[split].has(kind));
  const named = classes === 20 ? [...evaluatedLabels, VOID_CLASS] : evaluatedLabels;
  const ids = new Map(SPLITS.map((split) => [split, [...frames[split].keys()]]));
  const frame = (id: string, split: Split): FrameFiles => {
    const files = frames[split].get(id);
    if (files === undefined) throw new Error(`${root}: no frame '${id}' in split '${split}'`);
    return files;
  };

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
    leftOut,
    notes,
    list: (split) => ids.get(split)!,
    files: (id, split) => {
      const { photo, partners } = frame(id, split);
      return [photo, ...Array.from(has[split], (kind) => partners.get(kind)!)];
    },
    nativeSize: async (id, split) => photoSize(frame(id, split).photo),
    async read(id, split, size) {
      assertSize(`read ${id}`, size);
      const sample = await readFrame({ id, files: frame(id, split), size, skyDisparity });
      const semantic = findField(sample, 'semantic', classesKind);
      if (classes === 19 || semantic === undefined) return sample;
      const data = semantic.data.map((k) => (k === VOID ? evaluatedLabels.length : k));
      return withFields(sample, { semantic: classMap(size, data) });
    },
  };
}

interface FrameRequest {
  id: string;
  files: FrameFiles;
  size: Size;
  skyDisparity: 'zero' | 'asRecorded';
}

async function readFrame(request: FrameRequest): Promise<Sample> {
  const { id, files, size } = request;
  const path = (kind: Partner) => files.partners.get(kind);
  const picture = await readPhoto(files.photo, size);
  const { native } = picture;
  const ratio = { height: size.height / native.height, width: size.width / native.width };
  const { width } = size;
  const fields: Record<string, Field> = { image: photo(size, picture.data) };
  const semantic = path('semantic');
  if (semantic !== undefined) {
    const labelIds = ofPhoto(semantic, await readIds(semantic), native);
    const data = trainIds(resizeNearest(labelIds, native, size), width, semantic);
    fields['semantic'] = classMap(size, data);
  }
  const instance = path('instance');
  if (instance !== undefined) {
    const instanceIds = ofPhoto(instance, await readWords(instance), native);
    const resized = resizeNearest(instanceIds, native, size);
    const data = objects(resized, width, instance);
    const recorded = path('centres');
    const centres =
      recorded === undefined
        ? centresOf(data, width)
        : await readCentres(recorded, data, width, ratio);
    fields['instance'] = objectMap(size, data, centres);
    const untrained = untrainedObjects(resized);
    if (untrained) fields[UNTRAINED_OBJECTS] = objectMap(size, untrained);
  }
  const disparity = path('disparity');
  if (disparity !== undefined) {
    const p = ofPhoto(disparity, await readWords(disparity), native);
    const map = decodeDisparity(p, native, size);
    const classes = findField({ id, fields }, 'semantic', classesKind)?.data;
    if (classes && request.skyDisparity === 'zero') setSkyToZero(map, classes);
    fields['depth'] = map;
  }
  const normals = path('normals');
  if (normals !== undefined) {
    const image = ofPhoto(normals, await readTriples(normals), native);
    fields['normals'] = decodeNormals(image, native, size);
  }
  const camera = path('camera');
  if (camera !== undefined) {
    fields['camera'] = cameraField(await readCamera(camera, native, size));
  }
  return { id, fields };
}

function setSkyToZero({ data, valid }: DisparityMap, classes: Uint8Array): void {
  for (let i = 0; i < classes.length; i++) {
    if (classes[i] !== SKY) continue;
    data[i] = 0;
    valid[i] = 1;
  }
}

/** Centres by object: row and column. */
const CENTRES = z.record(z.string(), z.tuple([z.number(), z.number()]));

/** Recorded centres (px of the native grid) replace those of the mask. */
async function readCentres(
  file: string,
  instance: Uint16Array,
  width: number,
  ratio: { height: number; width: number },
): Promise<Map<number, Centre>> {
  const recorded = await parseJsonFile(file, CENTRES);
  const centres = centresOf(instance, width);
  for (const value of centres.keys()) {
    const entry = recorded[value];
    if (entry === undefined) {
      throw new Error(
        `${file}: expected the centre of object ${value} as [row, column], got nothing`,
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

function ofPhoto<Data>(file: string, image: Size & { data: Data }, native: Size): Data {
  assertSizeOfPhoto(file, image, native);
  return image.data;
}
