export {
  averagePrecision,
  averagePrecisionOfDrawn,
  distanceSettings,
  overlapThresholds,
  scaledSettings,
  type DistanceSetting,
  type InstanceScores,
} from './cityscapes/average-precision.ts';
export { ImageFault, type ImageSide } from './cityscapes/image-fault.ts';
export { instanceDistances } from './cityscapes/instance-distances.ts';
export {
  instanceMatcher,
  matchInstances,
  type GroundTruthInstance,
  type ImageMatches,
  type InstanceDistance,
  type InstanceMatcher,
  type InstancePrediction,
  type Intersection,
  type MatchedPrediction,
} from './cityscapes/instance-matching.ts';
export {
  panopticQuality,
  type PanopticCategory,
  type PanopticEvaluation,
  type PanopticImage,
  type PanopticQuality,
  type PanopticScores,
  type PanopticSegment,
} from './cityscapes/panoptic.ts';
export {
  pixelScores,
  type PixelEvaluation,
  type PixelScores,
  type PixelState,
} from './cityscapes/pixel.ts';
export {
  colourClasses,
  colourDisparity,
  colourInstances,
  colourNormals,
  colourProbability,
  colourVectors,
  disparityMap,
  oklch,
  VOID_GREY,
  type Palette,
  type Rgb,
} from './images/colours.ts';
export { normalsKey } from './images/normals-key.ts';
export type { ColourKey, Overlay, PictureLabel } from './images/overlay.ts';
export { overlayPng, sideBySide, sideBySidePng } from './images/overlay-png.ts';
export { tilePng, type Tile } from './images/tile.ts';
export {
  angularError,
  degreesBetween,
  type AngularError,
  type AngularErrorResult,
} from './metrics/angular-error.ts';
export {
  BOUNDARY_THICKNESS,
  boundaryIou,
  type BoundaryIou,
  type BoundaryIouResult,
} from './metrics/boundary-iou.ts';
export {
  BOUNDARY_TOLERANCE,
  boundaryScore,
  type BoundaryScore,
  type BoundaryScoreResult,
} from './metrics/boundary-score.ts';
export {
  confidenceCalibration,
  type ConfidenceCalibration,
  type ConfidenceCalibrationResult,
} from './metrics/confidence-calibration.ts';
export { confusion, type Confusion, type ConfusionResult } from './metrics/confusion.ts';
export {
  DEPTH_CROPS,
  depthError,
  type DepthCrop,
  type DepthError,
  type DepthErrorOptions,
  type DepthErrorResult,
} from './metrics/depth-error.ts';
export {
  disparityError,
  type DisparityError,
  type DisparityErrorResult,
} from './metrics/disparity-error.ts';
export {
  BAD_THRESHOLDS,
  disparityOutliers,
  type BadThreshold,
  type DisparityOutliers,
  type DisparityOutliersResult,
} from './metrics/disparity-outliers.ts';
export {
  errorCorrelation,
  type ErrorCorrelation,
  type ErrorCorrelationResult,
  type PixelErrors,
} from './metrics/error-correlation.ts';
export { exactSum, type ExactSum } from './metrics/exact-sum.ts';
export { occlusionRates, type OcclusionRates, type OcclusionResult } from './metrics/occlusion.ts';
export {
  probabilityScore,
  type ProbabilityScore,
  type ProbabilityScoreResult,
} from './metrics/probability-score.ts';
export { vectorError, type VectorError, type VectorErrorResult } from './metrics/vector-error.ts';
export { bandOverSeeds } from './plots/band-over-seeds.ts';
export { dotChart, type Dot, type DotChart, type DotSeries } from './plots/dot-chart.ts';
export {
  lineChart,
  type ChartAxis,
  type Curve,
  type CurvePoint,
  type LineChart,
} from './plots/line-chart.ts';
export { columnChart } from './plots/column-chart.ts';
export { pathChart, type PathChart, type PathPanel, type PathPoint } from './plots/path-chart.ts';
export { renderPng, renderSvg, type RenderedName } from './plots/render.ts';
export { seriesColours, seriesDashes, theme } from './plots/theme.ts';
export {
  weightGridChart,
  type WeightGridAxis,
  type WeightGridChart,
  type WeightGridPoint,
} from './plots/weight-grid-chart.ts';
export type { MainFinding } from './report/finding.ts';
export type { ReportGroup, ReportExperiment } from './report/groups.ts';
export type { Sign } from './report/signs.ts';
export {
  report,
  type KeyNumber,
  type ReportFigure,
  type ReportInput,
  type FigureGrid,
} from './report/report.ts';
export type { ReportFinding, ReportNotRun, ReportVerdict } from './report/verdicts.ts';
export {
  bootstrapInterval,
  bootstrapStatistic,
  bootstrapStatistics,
  type BootstrapOptions,
} from './stats/bootstrap.ts';
export { benjaminiHochberg } from './stats/benjamini-hochberg.ts';
export { MOST_SEEDS, settle, type Settled } from './stats/equivalence.ts';
export { studentQuantile, studentT } from './stats/student-t.ts';
export { deltaM, type BaselineProvenance, type DeltaM, type DeltaMetric } from './stats/delta-m.ts';
export { meanRank, type RankedMetric } from './stats/mean-rank.ts';
export { median } from './stats/median.ts';
export { pairedPermutationTest, type PermutationTest } from './stats/permutation-test.ts';
export { selectBest, type SelectionScore, type Split } from './stats/select-best.ts';
export { summarise, type Summary } from './stats/summary.ts';
export type { ScoreInput } from './submission/in-order.ts';
export { scoreDisparity } from './submission/score-disparity.ts';
export {
  parsePredictionLines,
  scoreInstance,
  type DistanceLookup,
  type InstanceScoreInput,
  type PredictionLine,
  type ScoredInstances,
} from './submission/score-instance.ts';
export { scorePanoptic, type ScoredPanoptic } from './submission/score-panoptic.ts';
export { scoreSemantic, type SemanticScoreInput } from './submission/score-semantic.ts';
export type { ChosenScores, Scored } from './submission/scored.ts';
export { areaOf, OFFICIAL_SIZE, sizeText, type ImageSize } from './submission/sizes.ts';
export { stereoDistances } from './submission/stereo-distances.ts';
export { toCsv } from './tables/csv.ts';
export { toHtml } from './tables/html.ts';
export { toJson } from './tables/json.ts';
export { toLatex } from './tables/latex.ts';
export { fittedMarkdown } from './tables/fitted.ts';
export { toMarkdown } from './tables/markdown.ts';
export { resultsFirst } from './tables/results-first.ts';
export {
  bestCells,
  checkTable,
  footnotes,
  formatNumber,
  isMeasured,
  type Measured,
  type Table,
  type TableCell,
  type TableColumn,
  type TableRow,
} from './tables/table.ts';
