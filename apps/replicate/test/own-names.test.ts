import { expect, test } from '@jest/globals';
import { runsOf } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import { abuMostafa1990 } from '../src/papers/abu-mostafa1990/index.ts';
import { karpathy2019 } from '../src/papers/karpathy2019/index.ts';
import { kendall2018 } from '../src/papers/kendall2018/index.ts';
import { libmtl } from '../src/papers/libmtl/index.ts';
import { ruder2017 } from '../src/papers/ruder2017/index.ts';
import type { SceneContext, SceneData, SceneExperiment } from '../src/scenes/kind.ts';
import { scenes } from '../src/scenes/program.ts';
import { type MadeRun, rendered, resultsOf, street } from './records.ts';

const digits = Array.from({ length: 10 }, (_, k) => String(k));
const label = { kind: 'label', classes: digits } as const;

/** As MultiMNIST: two labels of the data's own names. */
const data: SceneData = {
  ...street,
  name: 'multi-mnist',
  tasks: ['left', 'right'],
  classes: [],
  palette: [],
  instanceClasses: [],
  annotations: { left: label, right: label },
};

const papers = [...kendall2018, ...libmtl, ...ruder2017, ...karpathy2019, ...abuMostafa1990];
const experiments: SceneExperiment[] = [];
for (const { load } of papers) {
  const experiment = (await load()) as SceneExperiment;
  if (experiment.program === undefined || experiment.program === scenes) {
    experiments.push(experiment);
  }
}

test('experiments on scenes are there to be tried', () => {
  const names = experiments.map(({ name }) => name);
  for (const name of ['table1', 'figure7', 'ablations', 'balancing', 'scenes', 'spectrum']) {
    expect(names).toContain(name);
  }
});

test.each(experiments)(
  '$name on tasks of other names: it shows what it asks for, or asks for nothing',
  async (experiment) => {
    const config = { ...profiles.mnist, seeds: [1, 2, 3] };
    const context: SceneContext = { config, data, options: experiment.options({}) };
    const made = runsOf(experiment, context, resultsOf(context, [])).map(({ spec }): MadeRun => {
      const { tasks, seed, balance } = spec;
      const metrics = Object.fromEntries(tasks.map((task) => [`${task}/accuracy`, 80 + seed]));
      const { name: weighting, options } = balance;
      return { tasks, weighting, options, seed, metrics, config: () => spec.config };
    });
    const shown = rendered(experiment, context, made);
    if (made.length > 0) {
      const { tables } = await shown;
      const cells = tables.flatMap(({ table }) => table.rows.flatMap((row) => row.cells));
      expect(cells.some((cell) => (cell as { value?: unknown } | null)?.value === 82)).toBe(true);
    } else {
      await shown.catch((error: Error) => {
        expect(error.message).toMatch(
          /expected tasks called semantic, .* got left, right of multi-mnist/,
        );
      });
    }
  },
);
