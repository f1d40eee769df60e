import type { WrittenTask } from '../schema.ts';
import { counted, type Preset } from './preset.ts';

/**
 * KITTI 2012 stereo (Geiger et al. 2012; `data_stereo_flow.zip`): the left picture, in colour where it is there,
 * and its disparity, occluded pixels included where those files are there.
 */
export const kitti2012: Preset = {
  name: 'kitti-2012',
  title: 'KITTI 2012, stereo (Geiger et al. 2012)',
  recognise(folder) {
    const has = (form: string) => folder.of(form).length > 0;
    const images = ['training/colored_0/{id}_10.png', 'training/image_0/{id}_10.png'].find(has);
    const files = ['training/disp_occ/{id}_10.png', 'training/disp_noc/{id}_10.png'].find(has);
    if (images === undefined || files === undefined) return undefined;
    const disparity: WrittenTask = {
      ...{ kind: 'disparity', files, encoding: '16-bit', scale: 1 / 256, invalid: [0] },
    };
    return {
      description: {
        ...{ name: 'kitti-2012', images: { files: images }, tasks: { disparity } },
        splits: { by: 'fraction', train: 0.8, val: 0.2, seed: 1 },
      },
      reasons: [
        `images: ${counted(folder, images)}`,
        `disparity: ${counted(folder, files)}: px = stored / 256, 0 not known`,
        'splits: KITTI has none for validation: 80 % and 20 %, drawn by seed 1',
      ],
    };
  },
};
