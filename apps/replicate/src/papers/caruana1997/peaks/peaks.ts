import { lineChart, type Table } from '@scene-mtl/eval';
import {
  judgeDifference,
  measuredCell,
  metricOf,
  notRun,
  overSeeds,
  summariesOf,
  withSeed,
  type Experiment,
  type Verdict,
} from '@scene-mtl/lab';
import { numbersArm } from '../../../numbers/arm.ts';
import type { Numbers } from '../../../numbers/kind.ts';
import { hurried, trialFlags, type Trials } from '../../../numbers/trials.ts';
import peakFunctions, { CONFIG } from './functions.ts';
import { relatedness, type Relatedness } from './sensitivity.ts';

const source = 'Caruana 1997, section 3.3 and figure 5';
/** Read off figure 5: mean correlation by 0 to 3 shared features. */
const PAPER = { any: [-0.03, 0.03, 0.11, 0.19], test: [null, 0.12, 0.22, 0.48] } as const;
const SHARED = [0, 1, 2, 3];
const arm = (options: Trials) =>
  numbersArm(
    ...([peakFunctions, { slug: 'all', title: '120 functions' }] as const),
    ...([['functions'], hurried(CONFIG, options)] as const),
  );

type Which = { readonly at: 'start' | 'end'; readonly of: keyof Relatedness };
const LINES: readonly (Which & { readonly name: string })[] = [
  { at: 'end', of: 'any', name: 'any features' },
  { at: 'end', of: 'test', name: 'the tested one among them' },
  { at: 'start', of: 'any', name: 'any features, untrained' },
];

/** Whether the hidden units of one network say which of its tasks are related, where that is known. */
export const peaks: Experiment<Trials, Numbers> = {
  name: 'peaks',
  command: 'caruana1997 peaks',
  title: 'Peaks functions: relatedness read from hidden units',
  program: peakFunctions,
  ...trialFlags(5),
  *stages({ options }) {
    const { slug, spec } = arm(options);
    yield overSeeds(slug, options.seeds, spec, [relatedness]);
  },
  show({ options }, results) {
    const { seeds } = options;
    const { spec } = arm(options);
    const found = seeds.flatMap(
      (seed) => results.measured(withSeed(spec, seed), relatedness) ?? [],
    );
    const values = ({ at, of }: Which, k: number) => found.flatMap((one) => one[at][of][k] ?? []);
    const runs = summariesOf(results, seeds, spec);
    const [error] = metricOf(runs, 'functions/rms');
    const lead = `120 functions “if one feature > 1/2 then another, else a third” of six numbers, learned by one network of 64 hidden units from their 60 bits. How alike two functions use the hidden units, by how many features they share.`;
    const table: Table = {
      title: 'Rank correlation of sensitivities to hidden units',
      corner: 'Shared features',
      columns: LINES.map(({ name }) => ({ name, decimals: 3 })),
      rows: SHARED.map((k) => ({
        header: `${k}`,
        cells: LINES.map((line) =>
          measuredCell(
            values(line, k),
            line.at === 'end' ? (PAPER[line.of][k] ?? undefined) : undefined,
          ),
        ),
      })),
      published: 'Caruana 1997, figure 5, read off the figure',
      publishedDiffers: 'other examples, rate and measure of sensitivity',
      notes: [
        lead,
        `Sensitivity: derivative of the output by the hidden unit, without its sign, times the deviation of that unit over the test examples. Test RMSE of the functions ${error === undefined ? 'not known' : error.toFixed(3)} in the first run; always saying the mean gives 0.289.`,
      ],
    };
    const curves = LINES.map((line) => ({
      name: line.name,
      points: SHARED.flatMap((k) => {
        const of = values(line, k);
        if (of.length === 0) return [];
        const y = of.reduce((a, b) => a + b, 0) / of.length;
        return [{ x: k, y, low: Math.min(...of), high: Math.max(...of) }];
      }),
    }));
    const theirs = (['any', 'test'] as const).map((of) => ({
      name: `Caruana 1997, ${of === 'any' ? 'any features' : 'the tested one'}`,
      points: PAPER[of].flatMap((y, x) => (y === null ? [] : [{ x, y }])),
    }));
    return {
      lead,
      grids: [],
      tables: [{ name: 'peaks', table }],
      verdicts: verdictsOf(found),
      figures:
        found.length === 0
          ? []
          : [
              {
                name: 'peaks',
                spec: lineChart({
                  title: 'Functions that share features share hidden units',
                  x: { label: 'features that two functions share' },
                  y: { label: 'rank correlation of sensitivities' },
                  curves: [...curves, ...theirs],
                }),
                caption:
                  'Mean rank correlation of the sensitivities of two functions to the hidden units, over the number of features that they share; range over seeds.',
                description: 'Correlation of sensitivities over the number of shared features',
              },
            ],
    };
  },
};

function verdictsOf(found: readonly Record<'start' | 'end', Relatedness>[]): Verdict[] {
  const claims = {
    rises:
      'Functions that share all three features use the hidden units more alike than those that share none',
    test: 'Sharing the tested feature counts for more than sharing any',
    control: 'In an untrained network there is no such difference (0.02 would matter)',
  };
  const judged = (claim: string, difference: (one: (typeof found)[number]) => number): Verdict => {
    if (found.length === 0) return notRun({ claim, source });
    const runs = found.map((one) => ({ difference: 100 * difference(one), overFrames: undefined }));
    return { claim, source, ...judgeDifference(runs, 2, 'hundredths of correlation') };
  };
  const control = judged(claims.control, ({ start }) => start.any[3] - start.any[0]);
  return [
    judged(claims.rises, ({ end }) => end.any[3] - end.any[0]),
    judged(claims.test, ({ end }) => (end.test[3] ?? NaN) - end.any[3]),
    {
      ...control,
      // Here no difference is what was to be shown.
      ...(control.judgement === 'no difference larger than δ' && { judgement: 'reproduced' }),
      ...(control.judgement === 'reproduced' && { judgement: 'not reproduced' }),
    },
  ];
}
