import { ARRAY_SPLITS, arrays, hasArrays } from './array-folders.ts';
import { counted, type Preset } from './preset.ts';

// The 13 classes of ankurhanda/nyuv2-meta-data, whose 0 (no class) MTAN stores as −1.
const CLASSES = [
  ...['bed', 'books', 'ceiling', 'chair', 'floor', 'furniture', 'objects', 'picture', 'sofa'],
  ...['table', 'tv', 'wall', 'window'],
];

/** NYUv2 as MTAN's authors prepared it (Liu et al. 2019), which LibMTL reads too: 795 and 654 frames of 288 × 384. */
export const nyuv2Mtan: Preset = {
  name: 'nyuv2-mtan',
  title: 'NYUv2 in arrays of MTAN and LibMTL (Silberman et al. 2012, Liu et al. 2019)',
  recognise(folder) {
    if (!hasArrays(folder, 'image', 'label', 'depth', 'normal')) return undefined;
    const ignore = [-1];
    return {
      description: {
        name: 'nyuv2',
        images: { files: arrays('image') },
        splits: ARRAY_SPLITS,
        tasks: {
          semantic: {
            kind: 'classes',
            files: arrays('label'),
            encoding: 'npy',
            classes: CLASSES,
            ignore,
          },
          depth: {
            kind: 'depth',
            files: arrays('depth'),
            encoding: 'npy',
            invalid: [0],
            unit: 'm',
          },
          normals: { kind: 'normals', files: arrays('normal'), encoding: 'npy' },
        },
      },
      reasons: [
        `images: ${counted(folder, arrays('image'))}`,
        `semantic: ${counted(folder, arrays('label'))}: 13 classes, -1 never counts`,
        `depth: ${counted(folder, arrays('depth'))}: metres, 0 not known`,
        `normals: ${counted(folder, arrays('normal'))}: length 0 not known; where x, y and z point is not published: look at 'data check' and correct 'axes'`,
        'splits: train and val, the latter the 654 test frames that published tables are of',
      ],
    };
  },
};
