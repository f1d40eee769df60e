import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { heads, small, stepOf, workloads } from './workloads.ts';

/** Time of a step of workload a under a method, beside that of equal weights. */
export interface BalancerRow {
  readonly balancer: string;
  /** Median over all steps, ms. */
  readonly ms: number;
  /** Median over the rounds of the ratio of the round's medians. */
  readonly timesEqual: number;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Runs workload a under each method in turns, in one process. */
export async function benchBalancers(options: {
  readonly balancers: readonly string[];
  readonly rounds: number;
  /** Steps per turn. */
  readonly steps: number;
  readonly say: (text: string) => void;
}): Promise<BalancerRow[]> {
  const { rounds, steps, say } = options;
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const [workload] = workloads;
  const names = ['equal', ...options.balancers.filter((name) => name !== 'equal')];
  const runs: { name: string; turn: () => Promise<number>; ms: number[]; turns: number[] }[] = [];
  for (const name of names) {
    const { run, signature, inputs } = stepOf({ ...workload, build: heads(small, 64, name) });
    const compiled = await compile(run, signature);
    const ms: number[] = [];
    const turn = async () => {
      const from = ms.length;
      for (let i = 0; i < steps; i++) {
        const start = performance.now();
        await compiled.run(inputs as never);
        ms.push(performance.now() - start);
      }
      return median(ms.slice(from));
    };
    runs.push({ name, turn, ms, turns: [] });
    await turn();
    ms.length = 0;
  }
  for (let round = 0; round < rounds; round++) {
    for (const { turn, turns } of runs) turns.push(await turn());
    say(`round ${round + 1} of ${rounds}`);
  }
  return runs.map(({ name, ms, turns }) => ({
    balancer: name,
    ms: Number(median(ms).toFixed(1)),
    timesEqual: Number(median(turns.map((t, i) => t / runs[0].turns[i])).toFixed(2)),
  }));
}
