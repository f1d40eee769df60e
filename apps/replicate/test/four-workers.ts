import { bucketAddress, bucketRuns } from '@scene-mtl/lab/bucket';
import { queueAddress, work } from '@scene-mtl/lab/queue';

/**
 * `four-workers.ts <queue> <bucket> <folder>`: four workers of one thread each, which end when this process is told to.
 * Each trains in a process of its own.
 */
const [queue, bucket, folder] = process.argv.slice(2);
const ending = new AbortController();
process.on('SIGTERM', () => ending.abort());
await Promise.all(
  ['a', 'b', 'c', 'd'].map(async (name) => {
    const say = (line: string): void => void process.stdout.write(`${name}: ${line}\n`);
    const remote = await bucketRuns({ address: bucketAddress(bucket), scratch: folder, say });
    await work({
      ...{ address: queueAddress(queue), runs: folder, remote, name, say },
      ...{ jobs: 1, threads: 1, untilEmpty: false, signal: ending.signal },
    });
    remote.end();
  }),
);
