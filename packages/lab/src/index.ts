export { canonicalJson } from './specs/canonical-json.ts';
export { keysAt, sayingKeys } from './specs/schema-parts.ts';
export { withoutDefaults } from './specs/without-defaults.ts';
export {
  ENOUGH_SEEDS,
  measuredCell,
  metricOf,
  overSeeds,
  summariesOf,
  type ArmRun,
} from './specs/arms.ts';
export type { Contents } from './specs/contents.ts';
export type { DataSummary } from './specs/data-summary.ts';
export type { Json } from './specs/json.ts';
export { measurementAt, type Kept, type Measurement } from './specs/measurement.ts';
export {
  programAt,
  type Kind,
  type MeasuredRun,
  type Opened,
  type Program,
  type ProgramPlace,
  type ProgressLine,
  type RunOptions,
  type Session,
  type Trained,
  type TrainingRun,
} from './specs/program.ts';
export type { Results } from './specs/results.ts';
export { runId, titleOf, withSeed, type Arm, type Balance, type RunSpec } from './specs/spec.ts';
export {
  SERIES_POINTS,
  thinned,
  type RunResult,
  type RunSummary,
  type RunTiming,
  type Series,
} from './specs/summary.ts';

export { keptSchema, resultSchema, summarySchema, timingSchema } from './specs/summary-schema.ts';
export { hashOf, hashOfText } from './specs/hash.ts';
export {
  checkData,
  dataFile,
  differenceText,
  keepData,
  recordedData,
} from './store/data-record.ts';
export { contentsOf, type HashOptions } from './store/file-hashes.ts';
export { json, readJsonIfPresent } from './store/files.ts';
export { environment } from './store/environment.ts';
export { checkFolder, claimFolder, type KeptConfig } from './store/folder.ts';
export { alone, clearAbandoned, type AloneOptions } from './store/lock.ts';
export { noCheckpointRemedy, restoreRun } from './store/restored.ts';
export { assertFolderName } from './store/run-name.ts';
export { predictionGrids } from './store/prediction-grids.ts';
export { measuredFile, measuredFolder, resultsIn, summaryFile } from './store/results.ts';

export { dataChecker, type CheckedPlace } from './execute/check-data.ts';
export { distinguishing } from './execute/distinguishing.ts';
export {
  Postponed,
  type Executor,
  type ExecutorOptions,
  type ExecutorPlace,
  type JobProgress,
  type MakeExecutor,
  type Watch,
} from './execute/executor.ts';
export { inChildProcesses, type ChildProcesses } from './execute/in-child-processes.ts';
export { inThisProcess } from './execute/in-this-process.ts';
export { localExecutor } from './execute/local-executor.ts';
export { jobClock } from './execute/job-clock.ts';
export { distinctJobs, unfinished, type Job } from './execute/jobs.ts';
export { perform, type Performer } from './execute/perform.ts';
export { workingOrder } from './execute/order.ts';
export { planOf, type Plan } from './execute/plan.ts';
export { type TimedRun } from './execute/rates.ts';
export { duration, progressLine } from './execute/progress-line.ts';

export type { ComparedArm } from './compare/compared-arm.ts';
export {
  compare,
  holdsAmong,
  isCertain,
  judge,
  ofAny,
  type Comparison,
} from './compare/comparison.ts';
export { deltaMTable, type DeltaMArms } from './compare/delta-m-table.ts';
export { judgeDifference, type RunDifference } from './compare/difference.ts';
export {
  defaultEpsilon,
  judgeChange,
  type Change,
  type ChangeOutcome,
  type GateRule,
  type JudgedChange,
} from './compare/gate.ts';
export { junitXml, type JunitCase, type JunitSuite } from './compare/junit.ts';
export { paired, type Paired } from './compare/paired.ts';
export { pairedTable, type PairedArms } from './compare/paired-table.ts';
export { primaryOf, smallestEffect, type Quantity } from './compare/quantity.ts';
export { notRun, type Claim, type Judgement, type Verdict } from './compare/verdict.ts';

export type { Artefacts, Figure, NamedTable } from './experiment/artefacts.ts';
export type { Experiment, ExperimentContext } from './experiment/experiment.ts';
export { flagNumber, flagNumbers, flagWords, type NumberRange } from './experiment/flag-lists.ts';
export { makeExperiment, type MakeOptions } from './experiment/make-experiment.ts';
export { seriesChart, type SeriesChart } from './experiment/series-chart.ts';
export { carryOut, runsOf } from './experiment/stages.ts';
export { verdictTable } from './experiment/verdict-table.ts';
export { writeArtefacts, type WriteOptions } from './experiment/write-artefacts.ts';

export { decodeCurves, encodeCurves, type Logged } from './publishing/curves.ts';
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
export { writePage } from './publishing/marked-page.ts';
export { publish, type PublishOptions } from './publishing/publish.ts';
export { layered, publishedResults } from './publishing/run-results.ts';
export { experimentNames } from './publishing/sections.ts';
export { legendOf, places, type PictureCodec } from './publishing/grid-picture.ts';
export { experimentResults, optionsOf, shownOf, type Shown } from './publishing/shown.ts';
export { readGroup, writeGroup, type GroupContent } from './publishing/stored-group.ts';
export { parseVariant, variantSchema, type Variant } from './publishing/variant.ts';
export { firstPart } from './publishing/verdicts.ts';
export { writeOwn, WRITTEN } from './publishing/written.ts';
