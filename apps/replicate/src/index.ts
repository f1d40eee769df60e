/** `@scene-mtl/replicate`: what the command line does, for scripts. Runs made by either are the same. */
export { configured, type Overrides } from './config/overrides.ts';
export type { PluginRecord } from './config/plugins.ts';
export { profiles, type ProfileName } from './config/profiles.ts';
export { configSchema, parseConfig, type Config } from './config/schema.ts';
export { exportRun, type ExportOptions } from './export/export-run.ts';
export { loadPlugins } from './plugins/load.ts';
export { evaluateRun, type EvaluateOptions, type Evaluation } from './predict/evaluate-run.ts';
export { predictPhotos, type PredictOptions } from './predict/predict-photos.ts';
export { trainRun, type TrainRunOptions } from './train/train-run.ts';
