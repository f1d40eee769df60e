import type { WrittenTask } from '../schema.ts';
import { counted, type Preset } from './preset.ts';
import { GROUPS, labelIdTask } from './street-classes.ts';

const IMAGES = 'leftImg8bit/{split}/{id}_leftImg8bit.png';
const DISPARITY = 'disparity/{split}/{id}_disparity.png';

/**
 * Cityscapes with coarse annotations (Cordts et al. 2016; `gtCoarse.zip`, with `leftImg8bit_trainextra.zip` the
 * 19,998 frames of `train_extra`). Fine annotations that are there (`gtFine`) come before coarse ones.
 */
export const cityscapesCoarse: Preset = {
  name: 'cityscapes-coarse',
  title: 'Cityscapes with coarse annotations, train_extra too (Cordts et al. 2016)',
  recognise(folder) {
    const forms = (what: string) =>
      ['gtFine', 'gtCoarse']
        .map((name) => `${name}/{split}/{id}_${name}_${what}.png`)
        .filter((form) => folder.of(form).length > 0);
    const labels = forms('labelIds');
    if (!labels.some((form) => form.startsWith('gtCoarse'))) return undefined;
    const photos = new Set(folder.of(IMAGES).map(({ split }) => split));
    const known = new Set(labels.flatMap((form) => folder.of(form).map(({ split }) => split)));
    const both = (split: string) => photos.has(split) && known.has(split);
    const train = ['train', 'train_extra'].filter(both);
    if (train.length === 0) return undefined;
    const objects = forms('instanceIds');
    const hasDisparity = folder.of(DISPARITY).some(({ split }) => both(split ?? ''));
    const tasks: Record<string, WrittenTask> = {
      semantic: labelIdTask(labels),
      ...(objects.length > 0 && {
        instance: {
          ...{ kind: 'instances', files: objects, within: 'semantic' },
          background: [...GROUPS],
        },
      }),
      ...(hasDisparity && {
        disparity: {
          ...{ kind: 'disparity', files: DISPARITY, encoding: '16-bit' },
          ...{ scale: 1 / 256, offset: -1 / 256, invalid: [0] },
        },
      }),
    };
    const splits = { by: 'folder', train, ...(both('val') && { val: 'val' }) } as const;
    return {
      description: { name: 'cityscapes-coarse', images: { files: IMAGES }, splits, tasks },
      reasons: [
        `images: ${counted(folder, IMAGES)}`,
        `semantic: ${labels.map((form) => counted(folder, form)).join('; ')}: label ids, 19 classes; of two the first`,
        ...(objects.length > 0
          ? ['instance: values of 1000 and above are objects, those below classes']
          : []),
        ...(hasDisparity
          ? [`disparity: ${counted(folder, DISPARITY)}: px = (stored − 1) / 256, 0 not known`]
          : []),
        `splits: ${train.join(' and ')} for training${both('val') ? ', val for validation' : ''}; frames of test have no labels`,
        'without this file the folder is read as Cityscapes with fine annotations and its own metrics',
      ],
    };
  },
};
