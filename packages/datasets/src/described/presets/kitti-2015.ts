import type { WrittenTask } from '../schema.ts';
import { counted, type Preset } from './preset.ts';
import { labelIdTask } from './street-classes.ts';

const IMAGES = 'training/image_2/{id}_10.png';

/**
 * KITTI 2015, of the left colour camera and the first of two frames: stereo and scene flow (Menze & Geiger 2015;
 * `data_scene_flow.zip`), semantics and instances (Alhaija et al. 2018; `data_semantics.zip`), or both unpacked
 * into one folder. Test frames have no labels and are not taken.
 */
export const kitti2015: Preset = {
  name: 'kitti-2015',
  title: 'KITTI 2015, semantics, instances and stereo (Alhaija et al. 2018, Menze & Geiger 2015)',
  recognise(folder) {
    const has = (form: string) => folder.of(form).length > 0;
    const tasks: Record<string, WrittenTask> = {};
    const reasons = [`images: ${counted(folder, IMAGES)}`];
    const add = (name: string, form: string, why: string, task: WrittenTask): void => {
      tasks[name] = task;
      reasons.push(`${name}: ${counted(folder, form)}: ${why}`);
    };
    const semantic = 'training/semantic/{id}_10.png';
    if (has(semantic)) {
      add('semantic', semantic, 'label ids of Cityscapes, its 19 classes', labelIdTask(semantic));
    }
    const instance = 'training/instance/{id}_10.png';
    if (has(instance)) {
      const within = has(semantic) ? { within: 'semantic' } : {};
      add('instance', instance, 'label id · 256 + number, number 0 no object', {
        ...{ kind: 'instances', files: instance, divisor: 256 },
        ...within,
      });
    }
    const disparity = ['training/disp_occ_0/{id}_10.png', 'training/disp_noc_0/{id}_10.png'].find(
      has,
    );
    if (disparity) {
      add('disparity', disparity, 'px = stored / 256, 0 not known', {
        ...{
          kind: 'disparity',
          files: disparity,
          encoding: '16-bit',
          scale: 1 / 256,
          invalid: [0],
        },
      });
    }
    if (!has(IMAGES) || Object.keys(tasks).length === 0) return undefined;
    reasons.push('splits: KITTI has none for validation: 80 % and 20 %, drawn by seed 1');
    const splits = { by: 'fraction', train: 0.8, val: 0.2, seed: 1 } as const;
    return {
      description: { name: 'kitti-2015', images: { files: IMAGES }, splits, tasks },
      reasons,
    };
  },
};
