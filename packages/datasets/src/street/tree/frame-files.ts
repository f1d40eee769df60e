import { join } from 'node:path';
import { centresOf, randomStream, type Size } from '@scene-mtl/data';
import { labelsById, trainIdOf } from '@scene-mtl/data/cityscapes';
import { objects } from '../../cityscapes/annotations.ts';
import { cameraFile } from '@scene-mtl/data/camera-file';
import { encodeDisparity } from '../../cityscapes/disparity.ts';
import { encodeNormals } from '../../cityscapes/normals.ts';
import { grey16Png, grey8Png, rgbaPng, rgbPng } from '../../image/write.ts';
import { renderFrame, type StreetFrame } from '../render/frame.ts';
import type { Gaps } from '../render/texture.ts';
import type { Composition } from '../scene/composition.ts';
import type { Occlusion } from '../scene/occluders.ts';
import { streetScene } from '../scene/street.ts';
import { frameHash } from './content.ts';
import {
  displacedBoundaries,
  flippedLabels,
  isNoisy,
  noisyCentres,
  noisyDisparity,
  type NoiseOptions,
} from './noise.ts';
import type { PlannedFrame } from './plan.ts';

/** A file of a tree: path relative to its root, and content. */
export interface TreeFile {
  readonly path: string;
  readonly content: Uint8Array | string;
}

/** All files of one frame. */
export interface FrameFiles {
  readonly files: readonly TreeFile[];
  /** SHA-256 of the frame's decoded images. */
  readonly hash: string;
}

/** What is rendered and recorded of a frame besides its name. */
export interface FrameOptions {
  readonly size: Size;
  readonly composition?: Composition;
  readonly occlusion?: Occlusion;
  readonly gaps?: Gaps;
  readonly noise?: NoiseOptions;
  /** Record the truth under `truth/` even without noise. */
  readonly truth?: boolean;
  /** Record the normals of the surfaces too. */
  readonly normals?: boolean;
}

/** What one version of a frame records. */
interface Recorded {
  readonly labelIds: Uint8Array;
  readonly instanceIds: Uint16Array;
  readonly disparity: Uint16Array;
  readonly centres?: ReadonlyMap<number, { row: number; column: number }>;
  /** `encodeNormals`: the same with noise as without. */
  readonly normals?: Uint8Array;
}

/** The labels' colours by id, as the four bytes red, green, blue, opaque. */
const COLOURS = new Uint32Array(
  Uint8Array.from(labelsById.flatMap(({ colour }) => [...colour, 255])).buffer,
);

/** Renders a frame and encodes its files; with noise or on request, the truth under `truth/`. */
export async function frameFiles(
  frame: PlannedFrame,
  {
    size,
    composition = 'ordinary',
    occlusion = 'ordinary',
    gaps,
    noise = {},
    truth: hasTruth = isNoisy(noise),
    normals: hasNormals = false,
  }: FrameOptions,
): Promise<FrameFiles> {
  const scene = streetScene(frame.name, occlusion, composition);
  const rendered = renderFrame(scene, size, { ...(gaps && { gaps }), normals: hasNormals });
  const normals = rendered.normals && encodeNormals(rendered.normals);
  const { labelIds, instanceIds, disparity, recordedDisparity, disparityValid } = rendered;
  const recorded: Recorded = isNoisy(noise)
    ? noisy(frame, rendered, noise)
    : {
        labelIds,
        instanceIds,
        disparity: encodeDisparity({ data: recordedDisparity, valid: disparityValid }),
      };
  const files = await encode(frame, rendered, { ...recorded, ...(normals && { normals }) });
  if (hasTruth) {
    // The truth has no gaps but the own car's bonnet: label 1.
    const everywhere = labelIds.map((id) => Number(id !== 1));
    const truth: Recorded = {
      labelIds,
      instanceIds,
      disparity: encodeDisparity({ data: disparity, valid: everywhere }),
      ...(normals && { normals }),
    };
    const truthFiles = await encode(frame, rendered, truth);
    files.push(...truthFiles.map(({ path, content }) => ({ path: join('truth', path), content })));
  }
  const content = { image: rendered.image, ...recorded, ...(normals && { normals }) };
  return { files, hash: frameHash(content) };
}

function noisy(frame: PlannedFrame, rendered: StreetFrame, noise: NoiseOptions): Recorded {
  const { labelIds, instanceIds, recordedDisparity, disparityValid: valid, width } = rendered;
  const stream = (purpose: string) => randomStream(purpose, frame.name.seed, frame.split, frame.id);
  const errors = noisyDisparity(recordedDisparity, valid, width, noise, stream('disparity noise'));
  const displaced = displacedBoundaries(labelIds, rendered, noise, stream('boundary noise'));
  const centres = centresOf(objects(instanceIds, width, frame.id), width);
  return {
    labelIds: flippedLabels(displaced, noise, stream('label noise')),
    instanceIds,
    disparity: encodeDisparity({ data: errors, valid }),
    ...(noise.centreSigma && { centres: noisyCentres(centres, noise, stream('centre noise')) }),
  };
}

async function encode(
  { split, id }: PlannedFrame,
  { image, height, width, camera }: StreetFrame,
  { labelIds, instanceIds, disparity, centres, normals }: Recorded,
): Promise<TreeFile[]> {
  const size = { height, width };
  const city = id.slice(0, id.indexOf('_'));
  const at = (folder: string, ending: string) => join(folder, split, city, `${id}_${ending}`);
  const files: TreeFile[] = [
    { path: at('leftImg8bit', 'leftImg8bit.png'), content: await rgbPng(image, size) },
    { path: at('gtFine', 'gtFine_labelIds.png'), content: await grey8Png(labelIds, size) },
    {
      path: at('gtFine', 'gtFine_labelTrainIds.png'),
      content: await grey8Png(trainIds(labelIds), size),
    },
    { path: at('gtFine', 'gtFine_instanceIds.png'), content: await grey16Png(instanceIds, size) },
    { path: at('gtFine', 'gtFine_color.png'), content: await rgbaPng(colours(labelIds), size) },
    { path: at('disparity', 'disparity.png'), content: await grey16Png(disparity, size) },
    { path: at('camera', 'camera.json'), content: json(cameraFile(camera)) },
  ];
  if (normals) {
    files.push({ path: at('normals', 'normals.png'), content: await rgbPng(normals, size) });
  }
  if (centres) {
    const entries = Array.from(centres, ([value, c]) => [value, [c.row, c.column]]);
    files.push({ path: at('centres', 'centres.json'), content: json(Object.fromEntries(entries)) });
  }
  return files;
}

function trainIds(labelIds: Uint8Array): Uint8Array {
  const result = new Uint8Array(labelIds.length);
  for (let i = 0; i < labelIds.length; i++) result[i] = trainIdOf[labelIds[i]];
  return result;
}

/** Bytes red, green, blue, opaque, `[H, W, 4]`. */
function colours(labelIds: Uint8Array): Uint8Array {
  const result = new Uint32Array(labelIds.length);
  for (let i = 0; i < labelIds.length; i++) result[i] = COLOURS[labelIds[i]];
  return new Uint8Array(result.buffer);
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
