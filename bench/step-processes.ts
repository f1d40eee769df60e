import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  benchWorkload,
  type Machine,
  type StepBenchOptions,
  type StepBenchResult,
} from './step.ts';
import { workloads } from './workloads.ts';

/** The step bench with a process for each workload, so that its peak memory is that workload's. */

type Options = Omit<StepBenchOptions, 'say'>;

interface Request {
  readonly id: string;
  readonly options: Options;
}

type Answer = Awaited<ReturnType<typeof benchWorkload>>;

const ASKED = 'one-workload';

/**
 * Trains each workload in a process of its own, beside a PyTorch process of its own.
 * @param ids letters of the workloads
 * @throws when a letter names no workload, or a process ends without a result
 */
export async function benchStep(
  ids: readonly string[],
  options: Options,
): Promise<{ machine: Machine; results: StepBenchResult[] }> {
  const known = workloads.map(({ id }) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new Error(
      `bench step: --workloads: expected letters of ${known.join('')}, got '${unknown}'`,
    );
  }
  let machine: Machine = {};
  const results: StepBenchResult[] = [];
  for (const id of known.filter((letter) => ids.includes(letter))) {
    const answer = await inProcess({ id, options });
    machine = { ...machine, ...answer.machine };
    results.push(answer.result);
  }
  return { machine, results };
}

function inProcess(request: Request): Promise<Answer> {
  const child = fork(fileURLToPath(import.meta.url), [ASKED]);
  return new Promise((resolve, reject) => {
    child.once('message', (answer: Answer) => resolve(answer));
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(
        new Error(`bench step: workload ${request.id} ended with ${signal ?? code ?? 'no code'}`),
      ),
    );
    child.send(request);
  });
}

if (process.argv[2] === ASKED) {
  process.once('message', ({ id, options }: Request) => {
    const say = (text: string) => void process.stderr.write(`${text}\n`);
    const workload = workloads.find((w) => w.id === id);
    if (!workload) throw new Error(`bench step: no workload '${id}'`);
    void benchWorkload(workload, { ...options, say }).then((answer) =>
      process.send?.(answer, () => process.disconnect()),
    );
  });
}
