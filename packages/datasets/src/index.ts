export { batches, type Arrays, type Batch, type BatchOptions, type Transform } from './batches.ts';
export { openCamVid, type CamVidOptions } from './camvid/reader.ts';
export { readEverything, type CheckVisitor } from './cityscapes/check.ts';
export { type Disagreement } from './cityscapes/disagreement.ts';
export { decodeDisparity, encodeDisparity } from './cityscapes/disparity.ts';
export {
  CITYSCAPES_DISPARITY_DEVIATION,
  cityscapesFrames,
  cityscapesStatistics,
  type PublishedClass,
} from './cityscapes/published.ts';
export { openCityscapes, type CityscapesOptions } from './cityscapes/reader.ts';
export { colourClassifier, type ColourClassifier } from './colour-classifier.ts';
export { legendOf, NO_CLASSES, SPLITS, type Dataset, type Legend, type Split } from './dataset.ts';
export { dataFolder, dataPlace, defineDataset, type DatasetDefinition } from './define.ts';
export { guessDescription, type GuessedDescription } from './described/guess/guess.ts';
export { paletteOf } from './described/palette.ts';
export { partsOf, patternFault, patternOf, type Pattern } from './described/pattern.ts';
export { labelSummary, type LabelSummary } from './described/summary.ts';
export { openDescribed } from './described/reader.ts';
export {
  unpackedFolder,
  type Preset,
  type Recognised,
  type UnpackedFile,
  type UnpackedFolder,
} from './described/presets/preset.ts';
export { describeByPreset, presets, type KnownFolder } from './described/presets/registry.ts';
export {
  DESCRIPTION,
  descriptionSchema,
  type Description,
  type WrittenDescription,
} from './described/schema.ts';
export { DERIVED, withDerived, type DerivedField } from './derived/derived.ts';
export { diskCached, type DiskCacheOptions } from './disk-cache.ts';
export { FEATURE_TYPES, type FeatureType } from './features/entry.ts';
export {
  openFeatureCache,
  type FeatureCache,
  type FeaturePlace,
} from './features/feature-cache.ts';
export { photoSize, readPhoto, resizedPhoto, type ReadPhoto, type Rgb } from './image/photo.ts';
export { warnOnce } from './image/warnings.ts';
export { labelledFrames, withLabels, type LabelChoice, type LabelChoices } from './label-choice.ts';
export { leftOutLines, listingWarning, printable } from './listing/left-out.ts';
export { readMnist, type Mnist } from './mnist/idx.ts';
export { openMultiMnist, type MultiMnistOptions } from './mnist/dataset.ts';
export { mnistNormalisation, multiMnist, type MultiMnist } from './mnist/multi-mnist.ts';
export { openDataset, readAsItIs, type OpenOptions } from './open.ts';
export { contactSheet } from './contact-sheet.ts';
export { type Pool } from './pools.ts';
export {
  LARGE_PIECE,
  statistics,
  type Histogram,
  type Statistics,
  type StatisticsCollector,
} from './statistics.ts';
export { GAPS, type Gaps } from './street/render/texture.ts';
export { COMPOSITIONS, type Composition } from './street/scene/composition.ts';
export { OCCLUSIONS, type Occlusion } from './street/scene/occluders.ts';
export { contentProblems } from './street/tree/content.ts';
export { generateTree, type GenerateOptions, type WriteFile } from './street/tree/generate.ts';
export {
  GENERATOR_VERSION,
  MANIFEST,
  readManifest,
  type Manifest,
  type TreeRecipe,
} from './street/tree/manifest.ts';
export { hasLabelNoise, type NoiseOptions } from './street/tree/noise.ts';
export { type FrameCounts } from './street/tree/plan.ts';
export {
  defineStreamedDataset,
  type ExampleSource,
  type StreamedDataset,
  type StreamedExample,
  type Values,
} from './streamed.ts';
export { toyDataset } from './toy/dataset.ts';
export { toyRegression, type ToyOptions, type ToyRegression } from './toy/regression.ts';
export { compose, withProbability } from './transforms/compose.ts';
export { cropped, randomCrop, type CropOptions } from './transforms/crop.ts';
export { horizontalFlip } from './transforms/flip.ts';
export { jittered, photometricJitter, type JitterOptions } from './transforms/jitter.ts';
export { randomScale, scaled } from './transforms/scale.ts';
export {
  batchesInWorkers,
  type BatchRecipe,
  type WorkerBatchOptions,
  type WorkerRecipe,
} from './workers/batches-in-workers.ts';
export { moduleBeside } from './workers/start.ts';
