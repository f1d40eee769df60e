import { bucketAddress, bucketRuns } from '@scene-mtl/lab/bucket';
import { queueAddress, work } from '@scene-mtl/lab/queue';
import { times } from './times.ts';

/** A worker of the drill: `worker.ts <queue> <folder> <name> <bucket or nothing> <usual times>`. */
const [queue, folder, name, bucket, usual] = process.argv.slice(2);
const { queue: timing, bucket: bucketTiming } = times(usual === 'true');
const ending = new AbortController();
process.on('SIGTERM', () => ending.abort());
const say = (line: string): void => void process.stderr.write(`${name}: ${line}\n`);
const remote =
  bucket === ''
    ? undefined
    : await bucketRuns({
        ...{ address: bucketAddress(bucket), scratch: folder, say },
        timing: bucketTiming,
      });
await work({
  ...{ address: queueAddress(queue), runs: folder, name, timing, say },
  ...(remote && { remote }),
  ...{ jobs: 1, threads: 1, untilEmpty: false, signal: ending.signal },
});
process.exit(0);
