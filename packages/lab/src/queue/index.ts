export { duration } from '../execute/progress-line.ts';
export { codeIn, codeRoot, type Code } from '../remote/code-version.ts';
export {
  checkedPayload,
  jobKey,
  payloadOf,
  payloadSchema,
  type JobPayload,
  type WorkPlace,
} from '../remote/payload.ts';
export type { RemoteRuns } from '../remote/remote-runs.ts';
export { storeId } from '../remote/store-id.ts';
export { connected, queueAddress, type QueueAddress } from './connection.ts';
export { queueExecutor, type QueueExecutorOptions } from './executor.ts';
export { inQueue, priorityOf, type QueueExecutor } from './in-queue.ts';
export {
  cancelJobs,
  jobsIn,
  leftToOthers,
  queueStates,
  setDrained,
  type ListedJob,
  type QueueState,
} from './manage.ts';
export { prometheusMetrics, serveMetrics, type MetricsServer } from './metrics.ts';
export { PREFIX, queueName } from './names.ts';
export { serve, type CarryOutContext, type ServeOptions, type Serving } from './serve.ts';
export { usualTiming, type QueueTiming } from './timing.ts';
export { work, workPlace, type WorkOptions } from './work.ts';
