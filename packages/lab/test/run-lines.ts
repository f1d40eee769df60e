import {
  distinctJobs,
  inChildProcesses,
  inThisProcess,
  overSeeds,
  runId,
  type ExecutorOptions,
} from '@scene-mtl/lab';
import { lineArm, lines, processOf, type LineSpec } from './line-program.ts';

/** Fits lines of four seeds with so many processes: `run-lines.ts ROOT PROCESSES [wrong | killed | endless]`. */

const [root, processes, how] = process.argv.slice(2);
const options: ExecutorOptions = { root, compile: { threads: 1 }, dataWorkers: 0, grids: 0 };
const session = lines.start({ runs: root, line: { update: () => {}, print: () => {} } });
const performer = { program: lines, session, options };
const executor =
  processes === '1'
    ? inThisProcess(performer)
    : inChildProcesses({ ...performer, runs: root, processes: Number(processes) });

const arm = lineArm(1);
const asked = how === 'wrong' ? { ...arm, config: { ...arm.config, steps: -1 } } : arm;
const seeds = how === 'endless' ? [77] : how === 'killed' ? [1, 66, 3, 4] : [1, 2, 3, 4];
const jobs = distinctJobs(overSeeds('line', seeds, asked, [processOf]), (spec: LineSpec) =>
  runId(lines, spec),
);
const slots = new Set<number>();
let failed: string | undefined;
await executor
  .execute(jobs, {
    progress: (slot) => slots.add(slot),
    finished: () => Promise.resolve(),
  })
  .catch((error: Error) => (failed = error.message));
const ids = jobs.map(({ id }) => id);
process.stdout.write(JSON.stringify({ pid: process.pid, ids, slots: [...slots].sort(), failed }));
process.exit(0);
