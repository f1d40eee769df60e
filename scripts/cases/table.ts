import { readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readPhoto } from '@scene-mtl/datasets';
import { firstLine } from './first-line.ts';
import { classes, differs, pixel } from './readers.ts';
import { cli, program, replicate, wrong, type Ended } from './run.ts';

/** What is wrong with what a case's folder gives; undefined where nothing is. */
type Check = (folder: string) => Promise<string | undefined>;
type Want = Parameters<typeof wrong>[1];

const check =
  (want: Want): Check =>
  async (folder) =>
    wrong(await replicate('data', 'check', folder), want);

const score =
  (task: string, gt: string, pred: string, want: Want, flags: readonly string[] = []): Check =>
  async (folder) => {
    const files = ['--gt', join(folder, gt), '--pred', join(folder, pred)];
    return wrong(await replicate('score', '--task', task, ...files, ...flags), want);
  };

const semantic = (want: Want) => score('semantic', 'root/gtFine/val', 'pred', want);

/** Several checks of one folder: the first fault. */
const all =
  (...checks: readonly Check[]): Check =>
  async (folder) => {
    for (const each of checks) {
      const fault = await each(folder);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };

const step =
  (judge: (ended: Ended) => string | undefined): Check =>
  async (folder) =>
    judge(await program(join(folder, 'step.mts')));

const read = { code: 0 } as const;
const refused = (...says: RegExp[]): Want => ({ code: 'bad', says });
const whole: Want = { code: 0, says: [/mean of classes\s+\|\s+100\.00/] };
const STREET = { height: 16, width: 32 };
const CAMVID = { height: 36, width: 48 };
/** Road, building, sky, car: ids 7, 11, 23, 26. */
const streetClasses: Check = async (folder) => classes(folder, 'train', STREET, [0, 2, 10, 13]);
const camvidClasses: Check = async (folder) => classes(folder, 'train', CAMVID, [0, 1, 3, 8, 255]);

/**
 * What is expected of each case, as its README has it. Where that leaves a choice (read it, or say that
 * it is not read), the choice made is the one checked.
 */
export const cases: Readonly<Record<string, Check>> = {
  // --- Data ----------------------------------------------------------------------------------------
  'applee-double': all(check(read), streetClasses),
  'camvid-base': camvidClasses,
  'camvid-bom': camvidClasses,
  'camvid-crlf': camvidClasses,
  'camvid-exif180': (folder) => pixel(folder, CAMVID, { row: 25, column: 12 }, [80, 161, 95]),
  'camvid-icc-label': camvidClasses,
  'camvid-same-stem': check({ code: 0, says: [/train 3/] }),
  'camvid-segnet-lists': camvidClasses,
  'camvid-void255': check(refused(/255/)),
  'city-mismatch': check({ code: 0, says: [/train 1/] }),
  'city-underscore': all(check({ code: 0, says: [/train 1/] }), streetClasses),
  coarse: check(refused(/gtCoarse/)),
  'disp-one-camera-missing': score('disparity', 'gt', 'pred', refused(/lindau.*_camera\.json/)),
  'flat-tree': streetClasses,
  'gama-label': streetClasses,
  'icc-label': streetClasses,
  'interlaced-label': streetClasses,
  'jpg-photos': all(check({ code: 0, says: [/train 1/] }), streetClasses),
  'photo-palette': all(check(read), streetClasses),
  'resized-tree-old-camera': check({ code: 'bad', says: [/principal point/] }),
  'separate-roots': check(refused(/leftImg8bit/)),
  'train-extra': check({ code: 0, says: [/train 0, .*[^]*left out[^]*train_extra/] }),
  'trns-label': streetClasses,
  'validation-name': check({ code: 0, says: [/val 0, .*[^]*left out[^]*validation/] }),

  // --- Photographs ---------------------------------------------------------------------------------
  'photo-extraneous-bytes': async (folder) => {
    const { height, width } = await readPhoto(join(folder, 'photo.jpg'));
    return differs([Math.min(height, width) > 0 ? 1 : 0], [1]);
  },
  'photo-turned': async (folder) => {
    const { height, width } = await readPhoto(join(folder, 'photo.jpg'));
    return differs([height, width], [124, 37]);
  },

  // --- Scorer --------------------------------------------------------------------------------------
  epipe: async (folder) => {
    const ended = await firstLine(cli, ['data', 'check', join(dirname(folder), 'score-self/root')]);
    // 141: the writer of a pipe that nobody reads, as the shell counts it.
    return wrong(ended, { code: ended.code === 141 ? 141 : 0, never: [/EPIPE|error/] });
  },
  'inst-89': score('instance', 'gt', 'pred', { code: 0, says: [/AP/] }),
  'inst-self': score('instance', 'gt', 'pred', { code: 0, says: [/100\.00/] }),
  'pan-same-folder': score('panoptic', 'gt', 'predictions', { code: 0, says: [/PQ/, /100\.0/] }),
  'pan-self': score('panoptic', 'gt', 'predictions', { code: 0, says: [/PQ/, /100\.0/] }),
  'score-16bit': semantic({ code: 0, says: [/mean of classes/] }),
  'score-appledouble': semantic(whole),
  'score-greyalpha': semantic(refused(/pred/)),
  'score-linked-city': async (folder) => {
    // Stored as a text file that holds where the link leads.
    const link = join(folder, 'root/gtFine/val/lindau');
    const target = await readFile(link, 'utf8');
    await rm(link);
    await symlink(target, link);
    return semantic({ code: 0, says: [/mean of classes\s+\|\s+48\.48/] })(folder);
  },
  'score-noinst': semantic({ code: 'bad', says: [/instanceIds/] }),
  'score-palette': semantic(read),
  'score-self': semantic(whole),
  'score-small-objects': score('instance', 'gt', 'pred', { code: 0, says: [/100 (?:px|pixels)/] }),
  'score-testlike': semantic({ code: 0, says: [/no evaluated pixel|no pixel/i] }),
  'score-trainids': semantic({ code: 0, says: [/0\.00/, /training ids/] }),
  'score-trainids-255': semantic(refused(/255/, /pred/)),
  'stereo-camera-bom': (folder) =>
    score('instance', 'gt', 'pred', read, ['--stereo', join(folder, 'stereo')])(folder),

  // --- Training ------------------------------------------------------------------------------------
  'perfect-constant': async (folder) => {
    const flags = ['--profile', 'smoke', '--data', folder, '--set', 'training.steps=1500'];
    return wrong(await replicate('train', ...flags, '--runs', join(folder, 'runs')), {
      code: 0,
      never: [/NaN|Infinity/],
    });
  },

  // --- compile() -----------------------------------------------------------------------------------
  'rt-async-step': step((ended) => wrong(ended, refused(/async/))),
  'rt-compile-at-once': step((ended) =>
    wrong(ended, { code: 0, says: [/(?:compiled, as wanted\s+){5}/], never: [/got:/] }),
  ),
  'rt-concurrent-runs': step((ended) => wrong(ended, { code: 0, says: [/got \[ 1, 2 \] 2/] })),
  'rt-kept-tensor': step((ended) => wrong(ended, refused(/is kept beyond/))),
  'rt-negative-index': step((ended) =>
    wrong(ended, { code: 0, says: [/(?:error: run: \w+ at [^]*?){6}/], never: [/got \[/] }),
  ),
  'rt-output-fed-back': step((ended) =>
    wrong(ended, { code: 0, says: [/got 1 2 3 4 5/, /(?:[0-9.]+e-(?:0[5-9]|[5-9]|\d\d)|: 0$)/m] }),
  ),
  'rt-shared-buffer': step((ended) => wrong(ended, { code: 0, says: [/got \[ 2, 4, 6 \]/] })),
};
