import * as tf from '@tensorflow/tfjs';
import { measurements } from '../measure/index.ts';
import { progressLine } from '../run/progress.ts';
import type { JobAnswer, JobOrder } from './execute.ts';
import { perform } from './perform.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** A process that performs the jobs it is sent, one at a time, for `execute`. */

tf.env().set('PROD', true);
await tf.setBackend('cpu');
let workspace: Workspace | undefined;
const answer = (message: JobAnswer): void => {
  // The parent may be gone before its 'disconnect' arrives.
  process.send?.(message, (error: Error | null) => {
    if (error) process.exit(1);
  });
};

process.on('message', (order: JobOrder) => {
  carryOut(order).then(
    () => answer({ kind: 'done' }),
    (error: Error) => answer({ kind: 'failed', message: error.message }),
  );
});
// Without its parent nobody would stop it.
process.on('disconnect', () => process.exit(1));

async function carryOut({
  config,
  runs,
  spec,
  strips,
  compile,
  dataWorkers,
  ...order
}: JobOrder): Promise<void> {
  workspace ??= await openWorkspace(config, runs, progressLine());
  let last = 0;
  await perform(
    { spec, measurements: order.measurements.map((name) => measurements[name]) },
    { ...workspace, strips, compile, dataWorkers },
    (progress) => {
      const now = performance.now();
      if (now - last < 200) return;
      last = now;
      answer({ kind: 'progress', progress });
    },
  );
}
