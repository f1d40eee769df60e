import { counted, type Preset, type Recognised, type UnpackedFolder } from './preset.ts';

const DEPTH = {
  kind: 'depth',
  encoding: '16-bit',
  scale: 1 / 256,
  invalid: [0],
  unit: 'm',
} as const;
const MEANING = 'm = stored / 256, 0 not known';

/**
 * KITTI depth (Uhrig et al. 2017), of the left colour camera: the 1,000 frames of `val_selection_cropped`, or
 * the annotated drives (`train`, `val`) beside the drives of the raw recordings, which hold their pictures.
 * Where no annotated depth is there, single Velodyne scans (`velodyne_raw`) are taken.
 */
export const kittiDepth: Preset = {
  name: 'kitti-depth',
  title: 'KITTI depth, projected Velodyne scans (Uhrig et al. 2017)',
  recognise: (folder) => drives(folder) ?? selection(folder),
};

function drives(folder: UnpackedFolder): Recognised | undefined {
  const images = '*/{drive}/image_02/data/{id}.png';
  const files = ['groundtruth', 'velodyne_raw']
    .map((name) => `{split}/{drive}/proj_depth/${name}/image_02/{id}.png`)
    .find((form) => folder.of(form).length > 0);
  if (files === undefined || folder.of(images).length === 0) return undefined;
  const found = new Set(folder.of(files).map(({ split }) => split));
  if (!found.has('train')) return undefined;
  return {
    description: {
      name: 'kitti-depth',
      images: { files: images },
      splits: { by: 'folder', train: 'train', ...(found.has('val') && { val: 'val' }) },
      tasks: { depth: { ...DEPTH, invalid: [0], files } },
    },
    reasons: [
      `images: ${counted(folder, images)}`,
      `depth: ${counted(folder, files)}: ${MEANING}`,
      'splits: train and val as the depth has them; pictures without depth are of neither',
    ],
  };
}

function selection(folder: UnpackedFolder): Recognised | undefined {
  for (const below of ['', 'val_selection_cropped/', 'depth_selection/val_selection_cropped/']) {
    const images = `${below}image/{drive}_image_{id}_image_02.png`;
    const files = ['groundtruth_depth', 'velodyne_raw']
      .map((name) => `${below}${name}/{drive}_${name}_{id}_image_02.png`)
      .find((form) => folder.of(form).length > 0);
    if (files === undefined || folder.of(images).length === 0) continue;
    return {
      description: {
        name: 'kitti-depth',
        images: { files: images },
        splits: { by: 'fraction', train: 0.8, val: 0.2, seed: 1 },
        tasks: { depth: { ...DEPTH, invalid: [0], files } },
      },
      reasons: [
        `images: ${counted(folder, images)}`,
        `depth: ${counted(folder, files)}: ${MEANING}`,
        'splits: the selection is one whole: 80 % and 20 %, drawn by seed 1; frames of one drive are alike',
      ],
    };
  }
  return undefined;
}
