import { balancerNamed, balancers } from '@scene-mtl/core';
import { pathChart, type PathPanel } from '@scene-mtl/eval';
import * as tf from '@tensorflow/tfjs';
import { flagNumber, flagWords, type ArmRun, type Experiment } from '@scene-mtl/lab';
import { LOSSES, FLOORS, losses, paretoFront, STARTS } from './losses.ts';
import { paths, type Paths, type PathSpec } from './program.ts';

/** Flags of `libmtl toy`. */
interface ToyOptions {
  /** Canonical names. */
  readonly methods: readonly string[];
  readonly steps: number;
}

const STEPS = 3000;

const specOf = (method: string, start: readonly [number, number], steps: number): PathSpec => ({
  program: paths.name,
  config: { start: [...start], steps, learningRate: 0.02, weightingRate: 0.025 },
  tasks: LOSSES,
  // Fixed weights are the sum of both here; every other method has defaults.
  balance: { name: method, options: method === 'fixed' ? { first: 1, second: 1 } : {} },
  seed: 1,
});

const decimals = 2;
const columns = [
  { name: 'At the front', unit: `of ${STARTS.length}`, better: 'higher', decimals: 0 },
  { name: 'Farthest from it', better: 'lower', decimals },
  ...STARTS.map(([x1, x2]) => ({ name: `from (${x1}, ${x2})`, decimals })),
] as const;

/** Ends this near the front, in the first loss's range and the second's taken as 1, count as on it. */
const NEAR = 0.02;

/** Where the methods of the registry end on two losses that pull apart, and how they get there. */
export const toy: Experiment<ToyOptions, Paths> = {
  name: 'toy',
  title: 'Two parameters, two losses: the path of every method',
  program: paths,
  addFlags: (command) =>
    command
      .option('--methods <names>', 'only these (default: every method of the registry)')
      .option('--steps <n>', `of Adam, rate 0.02 (default: ${STEPS})`),
  options({ methods, steps }) {
    const count = flagNumber(steps, '--steps', { whole: true, from: 1 }) ?? STEPS;
    const wanted = flagWords(methods).map((name) => balancerNamed(name).name);
    return {
      methods: wanted.length > 0 ? wanted : balancers.map(({ name }) => name),
      steps: count,
    };
  },
  *stages({ options: { methods, steps } }) {
    yield methods.flatMap((method) =>
      STARTS.map((start, i): ArmRun<PathSpec> => ({
        label: `${method}/start-${i + 1}`,
        spec: specOf(method, start, steps),
      })),
    );
  },
  show({ options: { methods, steps } }, results) {
    const front = paretoFront();
    const made = methods.map((method) => ({
      method,
      runs: STARTS.map((start) => results.summary(specOf(method, start, steps))),
    }));
    const rows = made.map(({ method, runs }) => {
      const ends = runs.map((run) =>
        run ? ([run.result.metrics['first'], run.result.metrics['second']] as const) : undefined,
      );
      const far = ends.map((end) => (end ? distance(end, front) : NaN));
      const whole = far.every(Number.isFinite);
      return {
        header: method,
        cells: [
          { value: whole ? far.filter((one) => one < NEAR).length : null },
          { value: whole ? Math.max(...far) : null },
          ...ends.map((end) => (end ? `${end[0].toFixed(2)}, ${end[1].toFixed(2)}` : null)),
        ],
      };
    });
    const panels = made.map(({ method, runs }): PathPanel => ({
      name: method,
      paths: runs.flatMap((run) => (run ? [pathOf(run.series)] : [])),
    }));
    const lead = `Two losses of two parameters (Liu et al. 2021, scaled as by Navon et al. 2022), Adam with rate 0.02 for ${steps} steps in place of 0.001 for 35,000, options at their defaults, one seed for those that draw.`;
    const table = {
      ...{ title: 'Where the methods end', corner: 'Method', columns, rows },
      notes: [
        lead,
        `Losses (first, second) at the end of each path. Distance from the Pareto front: with both losses in units of their range along the front; at the front: nearer than ${NEAR}.`,
      ],
    };
    const chart = pathChart({
      title: 'Paths of the methods to the Pareto front',
      x: { label: 'first loss' },
      y: { label: 'second loss' },
      front: front.map(([x, y]) => ({ x, y })),
      // One method may run away; the others are to be seen.
      window: { x: edges(0, front), y: edges(1, front) },
      panels,
    });
    return {
      lead,
      tables: [{ name: 'toy', table }],
      figures: [
        {
          name: 'toy',
          spec: chart,
          caption:
            'Both losses along the path of each method from five starts (dots); grey: the Pareto front.',
          description: `Small charts, one a method. On the front from every start: ${
            rows
              .filter(
                ({ cells: [count] }) => (count as { value: number | null }).value === STARTS.length,
              )
              .map(({ header }) => header)
              .join(', ') || 'none'
          }.`,
        },
      ],
      grids: [],
      verdicts: [],
    };
  },
};

type Point = readonly [number, number];

/** From the lowest to the highest of a loss along the front and at the starts, with a margin. */
function edges(axis: 0 | 1, front: readonly Point[]): [number, number] {
  const starts = tf.tidy(() =>
    STARTS.map((start) => losses(tf.tensor1d([...start]))[LOSSES[axis]].dataSync()[0]),
  );
  const all = [...front.map((point) => point[axis]), ...starts];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const margin = 0.06 * (high - low);
  return [low - margin, high + margin];
}

/** Of a point from a polyline's points, in units of the line's ranges. */
function distance([x, y]: Point, line: readonly Point[]): number {
  const range = (axis: 0 | 1) => {
    const values = line.map((point) => point[axis]);
    return Math.max(...values) - Math.min(...values);
  };
  const [width, height] = [range(0), range(1)];
  return Math.min(...line.map(([u, v]) => Math.hypot((x - u) / width, (y - v) / height)));
}

/** Both losses along a run, a logged interval's mean each. */
function pathOf(series: Readonly<Record<string, readonly (readonly [number, number])[]>>) {
  const [first, second] = LOSSES.map((loss) =>
    (series[`loss/${loss}`] ?? []).map(([, value]) => value + FLOORS[loss]),
  );
  return first.map((x, i) => ({ x, y: second[i] }));
}
