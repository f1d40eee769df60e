import { counted, type Preset } from './preset.ts';

const IMAGES = 'leftImg8bit/{split}/{id}_image.jpg';
const LABELS = 'gtFine/{split}/{id}_label.png';

// Level 1 of the labels of IDD (Varma et al. 2019).
const CLASSES = [
  ...['drivable', 'non-drivable', 'living things', 'vehicles'],
  ...['road side objects', 'far objects', 'sky'],
];

/** IDD-Lite (`idd20k_lite`): 1,403, 204 and 404 frames of 227 × 320 px, those for testing without labels. */
export const iddLite: Preset = {
  name: 'idd-lite',
  title: 'IDD-Lite, Indian roads, 7 classes (Varma et al. 2019, Mishra et al. 2019)',
  recognise(folder) {
    const photos = new Set(folder.of(IMAGES).map(({ split }) => split));
    const labelled = new Set(folder.of(LABELS).map(({ split }) => split));
    if (!photos.has('train') || !labelled.has('train')) return undefined;
    const others = ['val', 'test'].filter((split) => photos.has(split));
    return {
      description: {
        name: 'idd-lite',
        images: { files: IMAGES },
        splits: {
          ...{ by: 'folder', train: 'train' },
          ...Object.fromEntries(others.map((split) => [split, split])),
        },
        tasks: { semantic: { kind: 'classes', files: LABELS, classes: CLASSES, ignore: [255] } },
      },
      reasons: [
        `images: ${counted(folder, IMAGES)}`,
        `semantic: ${counted(folder, LABELS)}: 7 classes, 255 never counts`,
        'not taken: *_inst_label.png, which repeat the classes and tell no objects apart',
      ],
    };
  },
};
