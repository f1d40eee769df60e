export { canonicalJson } from './specs/canonical-json.ts';
export { withoutDefaults } from './specs/without-defaults.ts';
export type { Artefacts, Figure, Judgement, Verdict } from './publishing/artefacts.ts';
export { decodeCurves, encodeCurves, type Curve, type Logged } from './publishing/curves.ts';
export { differenceOf, withDifference } from './publishing/difference.ts';
export { resultsFiles, SHOWN_FRAMES } from './publishing/files.ts';
export {
  slugOf,
  type ExperimentResults,
  type ResultsFile,
  type ResultsGroup,
  type ResultsTexts,
} from './publishing/group.ts';
export { resultsHtml } from './publishing/html.ts';
export type { Json } from './publishing/json.ts';
export { publish, type PublishOptions } from './publishing/publish.ts';
export {
  layered,
  publishedResults,
  type MeasurementName,
  type RunResults,
} from './publishing/run-results.ts';
export { experimentNames } from './publishing/sections.ts';
export { legendOf, places, type PictureCodec } from './publishing/sheet.ts';
export {
  experimentResults,
  optionsOf,
  shownOf,
  type Publishable,
  type Shown,
} from './publishing/shown.ts';
export {
  readGroup,
  writeGroup,
  type GroupContent,
  type Kept,
  type StoredRun,
} from './publishing/stored-group.ts';
export { firstPart } from './publishing/summary-page.ts';
export { parseVariant, variantSchema, type Variant } from './publishing/variant.ts';
export { writeOwn, WRITTEN } from './publishing/written.ts';
