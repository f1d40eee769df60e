export { gathered, type Gathered } from './gather.ts';
export { jobFileIn, readJobFile, taskLog, type JobFile } from './job-file.ts';
export { arrayScript, type ScriptParts } from './script.ts';
export { slurmExecutor, type SlurmOptions } from './slurm-executor.ts';
export { performTask, type TaskOptions } from './task.ts';
