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

/** Raw outputs of all splits by task, `[N, m]`, with the present weights. */
export interface ForwardPass {
  run(x: Float32Array): Promise<Readonly<Record<string, Float32Array>>>;
  dispose(): Promise<void>;
}

/** All splits as one batch. */
export function numbersEvaluator(
  { columns, kinds }: Assembled,
  tasks: readonly string[],
  pass: ForwardPass,
): NumbersEvaluator {
  const x = joined(NUMBERS_SPLITS.map((split) => columns[split]));
  return {
    async evaluate() {
      const outputs = await pass.run(x);
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
    dispose: () => pass.dispose(),
  };
}

/** The pass compiled, for as many examples as there are in all. */
export async function compiledPass(
  { columns, network }: Assembled,
  options: CompileOptions,
): Promise<ForwardPass> {
  const count = NUMBERS_SPLITS.reduce((sum, split) => sum + columns[split].count, 0);
  const signature = { x: { shape: [count, ...network.inputs['x']], dtype: 'float32' } } as const;
  const compiled = await compile(
    ({ x }) => ({ ...network.forward({ x }, { training: false }).outputs }),
    signature,
    options,
  );
  return {
    async run(x) {
      await compiled.push();
      return (await compiled.run({ x })) as Record<string, Float32Array>;
    },
    dispose: () => compiled.dispose(),
  };
}

function joined(columns: readonly Columns[]): Float32Array {
  const parts = columns.map(({ arrays }) => arrays['x']);
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
