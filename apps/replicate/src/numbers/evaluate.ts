import type { Network } from '@scene-mtl/core';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import { NUMBERS_SPLITS, type Columns } from './drawn.ts';
import type { Assembled } from './assemble.ts';
import { judgedOutputs } from './outputs.ts';
import { HALTING_SUM, haltingLoss } from './stopping.ts';

/** Looks at a network while it is trained. */
export interface NumbersEvaluator {
  /** `<split>/<task>/<metric>` with the present weights; of what is trained on and halts by only the loss. */
  evaluate(): Promise<Record<string, number>>;
  dispose(): Promise<void>;
}

/** All splits as one batch, compiled once. */
export async function numbersEvaluator(
  { columns, kinds, network }: Assembled,
  tasks: readonly string[],
  options: CompileOptions,
): Promise<NumbersEvaluator> {
  const all = NUMBERS_SPLITS.map((split) => columns[split]);
  const x = joined(all);
  const passed = await compiledForward(network, x.length / columns.train.widths['x'], options);
  return {
    async evaluate() {
      await passed.push();
      const outputs = await passed.run({ x });
      const metrics: Record<string, number> = {};
      let row = 0;
      for (const split of NUMBERS_SPLITS) {
        const { arrays, count, widths } = columns[split];
        tasks.forEach((task, k) => {
          const width = widths[`target/${task}`];
          const raw = outputs[task].subarray(row * width, (row + count) * width);
          const [target, mask] = [arrays[`target/${task}`], arrays[`mask/${task}`]];
          const judged = Object.entries(judgedOutputs(kinds[k], raw, target, mask));
          for (const [key, value] of split === 'test' ? judged : judged.slice(0, 1)) {
            // Seven digits are what float32 holds.
            metrics[`${split}/${task}/${key}`] = Number(value.toPrecision(7));
          }
        });
        row += count;
      }
      const halting = tasks.map((task) => metrics[haltingLoss(task)]);
      return { ...metrics, [HALTING_SUM]: halting.reduce((a, b) => a + b, 0) };
    },
    dispose: () => passed.dispose(),
  };
}

function compiledForward(network: Network, count: number, options: CompileOptions) {
  const signature = { x: { shape: [count, ...network.inputs['x']], dtype: 'float32' } } as const;
  return compile(
    ({ x }) => ({ ...network.forward({ x }, { training: false }).outputs }),
    signature,
    options,
  );
}

function joined(columns: readonly Columns[]): Float32Array {
  const parts = columns.map(({ arrays }) => arrays['x']);
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
