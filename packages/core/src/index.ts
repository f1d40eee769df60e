export { VOID, type Camera, type Centre, type Sample } from './sample.ts';
export type {
  DecoderOptions,
  Likelihood,
  MetricAccumulator,
  MetricInfo,
  Target,
  Task,
} from './task.ts';
