export { bucketAddress, isBucket, type BucketAddress, type BucketCredentials } from './address.ts';
export { bucketRuns, usualScratch, type BucketRunsOptions } from './bucket-runs.ts';
export { BucketFailure } from './failure.ts';
export { usualBucketTiming, type BucketTiming } from './timing.ts';
export type { RemoteRuns } from '../remote/remote-runs.ts';
