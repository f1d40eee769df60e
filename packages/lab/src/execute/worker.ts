import { checkedBy } from '@scene-mtl/data/json';
import { measurementAt } from '../specs/measurement.ts';
import { programAt, type Program, type Session } from '../specs/program.ts';
import { FolderBusy } from '../store/lock.ts';
import type { JobAnswer, JobOrder } from './job-process.ts';
import { perform } from './perform.ts';
import { progressLine } from './progress-line.ts';

/** A process that performs the jobs it is sent, one at a time, for `jobProcess`. */

/** By the address of the program: one process may be sent jobs of several. */
const sessions = new Map<string, { program: Program; session: Session }>();

const answer = (message: JobAnswer): void => {
  // The parent may be gone before its 'disconnect' arrives.
  process.send?.(message, (error: Error | null) => {
    if (error) process.exit(1);
  });
};

process.on('message', (order: JobOrder) => {
  carryOut(order).then(
    () => answer({ kind: 'done' }),
    (error: Error) =>
      answer({ kind: 'failed', message: error.message, busy: error instanceof FolderBusy }),
  );
});
// Without its parent nobody would stop it.
process.on('disconnect', () => process.exit(1));

async function carryOut({ id, spec, options, worker, ...order }: JobOrder): Promise<void> {
  const { program, session } = await started(order);
  checkedBy(program.schema, spec.config, `configuration for ${program.name}`);
  const measurements = await Promise.all(
    order.measurements.map(({ module, name }) => measurementAt(module, name)),
  );
  let last = 0;
  const performer = {
    ...{ program, session, options },
    ...(worker !== undefined && { worker }),
    // Somebody else has the run by now: nothing more may be written into it.
    onLost: () => process.exit(1),
  };
  await perform({ id, spec, measurements }, performer, (progress) => {
    const now = performance.now();
    if (progress.kind !== 'taken' && now - last < 200) return;
    last = now;
    answer({ kind: 'progress', progress });
  });
}

async function started({ program: address, runs }: Pick<JobOrder, 'program' | 'runs'>) {
  const known = sessions.get(address);
  if (known) return known;
  const program = await programAt(address);
  const begun = { program, session: program.start({ runs, line: progressLine() }) };
  sessions.set(address, begun);
  return begun;
}
