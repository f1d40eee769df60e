import {
  compare,
  judge,
  measuredCell,
  metricOf,
  overSeeds,
  pairedTable,
  type Experiment,
} from '@scene-mtl/lab';
import { numbersArm, ran } from '../../../numbers/arm.ts';
import { rmsOf } from '../../../numbers/changes.ts';
import type { Numbers } from '../../../numbers/kind.ts';
import { hurried, trialFlags, type Trials } from '../../../numbers/trials.ts';
import functions, { CONFIG } from './functions.ts';

/** F2 left out, read, or predicted; the RMSE of F1 in table 6 of the paper. */
const ARMS = [
  {
    slug: 'output',
    title: 'F2 as an output',
    inputs: ['bits'],
    tasks: ['f1', 'f2'],
    paper: 0.0631,
  },
  { slug: 'plain', title: 'without F2', inputs: ['bits'], tasks: ['f1'], paper: 0.0648 },
  { slug: 'input', title: 'F2 as an input', inputs: ['bits', 'f2'], tasks: ['f1'], paper: 0.0647 },
] as const;
const armsOf = (options: Trials) =>
  ARMS.map(({ slug, title, tasks, inputs }) => {
    const config = { ...hurried(CONFIG, options), inputs: [...inputs] };
    return numbersArm(functions, { slug, title }, tasks, config);
  });

const claim = {
  claim: 'A feature that says little as an input helps as an output',
  source: 'Caruana 1997, section 4 and table 6',
};
const quantities = [rmsOf('f1')];
const lead = `F1 = σ(A + B) from the 20 bits of A and B; F2 = σ(A − B) beside it as an input, an output or not at all. ${CONFIG.train} examples to learn from, 16 hidden units, ${CONFIG.steps} steps of ${CONFIG.batchSize}.`;

/** Table 6 of the paper: some inputs are better as outputs. */
export const inputsAsOutputs: Experiment<Trials, Numbers> = {
  name: 'inputs-as-outputs',
  command: 'caruana1997 inputs-as-outputs',
  title: 'Inputs as outputs: F1 with F2 read or predicted',
  program: functions,
  ...trialFlags(50),
  *stages({ options }) {
    yield armsOf(options).flatMap(({ slug, spec }) => overSeeds(slug, options.seeds, spec));
  },
  show({ options }, results) {
    const { seeds } = options;
    const made = armsOf(options).map((arm) => ran(arm, results, seeds));
    const [output, ...others] = made;
    const rows = made.map(({ title, runs }, k) => ({
      header: title,
      cells: [measuredCell(metricOf(runs, 'f1/rms'), ARMS[k].paper)],
    }));
    const columns = [{ name: 'RMSE of F1', better: 'lower', decimals: 4 }] as const;
    const published = 'Caruana 1997, table 6; 50 trials, F2 as an output better at p = 0.013';
    const publishedDiffers = 'its rate, initial weights and examples are not known';
    const title = 'Error of F1';
    const table = {
      title,
      corner: 'F2',
      columns,
      rows,
      published,
      publishedDiffers,
      notes: [lead],
    };
    const units = 'Below 0: F2 as an output is better.';
    const paired = pairedTable({ arm: output, others, quantities, seeds, units });
    return {
      lead,
      figures: [],
      grids: [],
      verdicts: [judge(claim, compare(output.runs, others[0].runs, quantities))],
      tables: [
        { name: 'inputs-as-outputs', table },
        ...(paired ? [{ name: 'inputs-as-outputs-paired', table: paired }] : []),
      ],
    };
  },
};
