import type { Config } from './schema.ts';

/** Generated scenes. */
const scenes = {
  source: 'generated',
  train: 600,
  val: 100,
  seed: 1,
  composition: 'ordinary',
  occlusion: 'ordinary',
  gaps: 'geometric',
  disparitySigma: 0,
  derive: [],
  labels: {},
  holdOut: null,
} satisfies Config['data'];

/** Nothing is asked of heads, of what tasks share or of other runs. */
const plain = {
  heads: {},
  architecture: { name: 'hard-sharing', options: {} },
  init: [],
  freeze: [],
} satisfies Partial<Config['network']>;

/**
 * The profiles of `table1`: how long, on what, and what to expect.
 *
 * | profile  | command                                       | size    | time on 2 cores |
 * | -------- | --------------------------------------------- | ------- | --------------- |
 * | smoke    | `npm run replicate -- table1 --profile smoke` | 32×64   | seconds per row |
 * | quick    | `npm run replicate`                           | 64×128  | about 10 min    |
 * | standard | `… --profile standard`                        | 128×256 | hours, 3 seeds  |
 * | paper    | `… --profile paper --data CITYSCAPES`         | 128×256 | a GPU and days  |
 */
const quick: Config = {
  data: scenes,
  size: { height: 64, width: 128 },
  network: {
    encoder: { kind: 'dilated-residual', stem: 32, channels: [32, 64, 96], asppChannels: 64 },
    decoder: { width: 64, kernel: 3 },
    ...plain,
  },
  training: {
    steps: 600,
    batchSize: 8,
    learningRate: 0.1,
    weightingLearningRate: null,
    optimiser: 'sgd',
    schedule: 'poly',
    labelledShare: null,
    hints: {},
    sampling: null,
    accumulate: 1,
    momentum: 0.9,
    weightDecay: 1e-4,
    clipNorm: 5,
    warmUp: 20,
    initialLogVariance: 0,
    flip: 0.5,
    zoom: 1,
    jitter: 0,
    scheduleSteps: null,
    snapshots: false,
    stopping: null,
    evalEvery: 200,
    checkpointEvery: 100,
    logEvery: 10,
    only: null,
    features: 'none',
  },
  plugins: [],
  seeds: [1],
  strips: 6,
};

const smoke: Config = {
  ...quick,
  data: { ...scenes, train: 32, val: 8 },
  size: { height: 32, width: 64 },
  network: {
    encoder: { kind: 'dilated-residual', stem: 16, channels: [16, 32, 32], asppChannels: 16 },
    decoder: { width: 16, kernel: 3 },
    ...plain,
  },
  training: {
    ...quick.training,
    steps: 30,
    batchSize: 4,
    warmUp: 5,
    evalEvery: 15,
    checkpointEvery: 10,
  },
  strips: 2,
};

const standard: Config = {
  ...quick,
  data: { ...scenes, train: 2975, val: 500, gaps: 'photometric' },
  size: { height: 128, width: 256 },
  training: { ...quick.training, steps: 2000, evalEvery: 500, checkpointEvery: 250, warmUp: 50 },
  seeds: [1, 2, 3],
};

/** All of a folder, read as the paper does. */
const folder = (root: string): Config['data'] => ({
  ...{ source: 'folder', root, maxTrain: null, maxVal: null },
  ...{ classes: 19, skyDisparity: 'zero', derive: [], labels: {}, holdOut: null },
});

/** Kendall et al. 2018, section 4 and appendix A; what they leave open is in docs/paper.md. */
const paper: Config = {
  data: folder('cityscapes'),
  size: { height: 128, width: 256 },
  network: {
    encoder: { kind: 'resnet101', asppChannels: 256 },
    decoder: { width: 256, kernel: 3 },
    ...plain,
  },
  training: {
    steps: 50_000,
    batchSize: 8,
    learningRate: 2.5e-3,
    weightingLearningRate: null,
    optimiser: 'sgd',
    schedule: 'poly',
    labelledShare: null,
    hints: {},
    sampling: null,
    accumulate: 1,
    momentum: 0.9,
    weightDecay: 1e-4,
    clipNorm: null,
    warmUp: 0,
    initialLogVariance: 0,
    flip: 0.5,
    zoom: 1,
    jitter: 0,
    scheduleSteps: null,
    snapshots: false,
    stopping: null,
    evalEvery: 5000,
    checkpointEvery: 1000,
    logEvery: 10,
    only: null,
    features: 'none',
  },
  plugins: [],
  seeds: [1, 2, 3],
  strips: 6,
};

/**
 * CamVid with MobileNet v1: from scratch, or from ImageNet weights by `--pretrained DIR`. How its
 * values were chosen is in docs/training.md.
 */
const camvid: Config = {
  data: folder('camvid'),
  size: { height: 192, width: 256 },
  network: {
    encoder: {
      kind: 'mobilenet',
      alpha: 1,
      outputStride: 8,
      blocks: 11,
      asppChannels: 64,
      weights: null,
    },
    decoder: { width: 64, kernel: 3 },
    ...plain,
  },
  training: {
    ...quick.training,
    steps: 700,
    batchSize: 4,
    learningRate: 0.1,
    warmUp: 30,
    zoom: 1.5,
    jitter: 0.3,
    evalEvery: 350,
    checkpointEvery: 50,
  },
  plugins: [],
  seeds: [1],
  strips: 6,
};

/**
 * MultiMNIST (Sener & Koltun 2018) in minutes: both digits of an image, at the nearest size that the
 * encoder's stride divides. It has no validation split, so training images stand in for it; a mirror
 * would exchange left and right.
 */
const mnist: Config = {
  ...quick,
  data: { ...folder('mnist'), holdOut: 2000 },
  size: { height: 32, width: 32 },
  network: {
    encoder: { kind: 'dilated-residual', stem: 16, channels: [16, 32, 32], asppChannels: 16 },
    decoder: { width: 32, kernel: 3 },
    ...plain,
  },
  training: {
    ...quick.training,
    steps: 1500,
    batchSize: 32,
    learningRate: 0.05,
    flip: 0,
    evalEvery: 500,
    checkpointEvery: 500,
  },
  strips: 0,
};

/** The profiles by name. */
export const profiles = { smoke, quick, standard, paper, camvid, mnist } as const satisfies Record<
  string,
  Config
>;

/** Name of a profile. */
export type ProfileName = keyof typeof profiles;
