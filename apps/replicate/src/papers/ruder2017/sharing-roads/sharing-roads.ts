import { settle, type Table } from '@scene-mtl/eval';
import { measuredCell, metricOf, overSeeds, type Experiment } from '@scene-mtl/lab';
import type { Numbers } from '../../../numbers/kind.ts';
import { trialFlags, type Trials } from '../../../numbers/trials.ts';
import { degreeFigures, degreeTables, lowerLayersMore } from '../degrees.ts';
import { EQUAL_TIME } from '../equal-time.ts';
import { learnedOutperform } from '../outperforms.ts';
import { aloneErrors, findingsOf, quantitiesOf, stepsFor, type Found } from './findings.ts';
import { sharingOfNetwork } from './measurement.ts';
import roads, { aloneArm, armFor, namesOf, stepsOf, tasksOf } from './roads.ts';

/** Every architecture of the registry on 1-D ALVINN, with equal steps and with equal time. */
export const sharingRoads: Experiment<Trials, Numbers> = {
  name: 'sharing-roads',
  command: 'ruder2017 sharing-roads',
  title: 'Sharing on 1-D ALVINN: hard, soft and everything between',
  program: roads,
  ...trialFlags(3),
  *stages({ options }, results) {
    const { seeds } = options;
    yield [
      ...tasksOf(options).flatMap((task) => {
        const { slug, spec } = aloneArm(task, options);
        return overSeeds(slug, seeds, spec);
      }),
      ...namesOf(options).flatMap((name) =>
        overSeeds(name, seeds, armFor(name, options).spec, [sharingOfNetwork]),
      ),
    ];
    yield namesOf(options).flatMap((name) => {
      const steps = stepsFor(name, options, results);
      // As many steps as before are the same runs.
      if (steps === undefined || steps === stepsOf(options)) return [];
      return overSeeds(`${name}-in-time`, seeds, armFor(name, options, steps).spec);
    });
  },
  undecided: ({ options }, results) =>
    namesOf(options).filter((name) => stepsFor(name, options, results) === undefined).length *
    options.seeds.length,
  show({ options }, results) {
    const alone = aloneErrors(options, results);
    const found = findingsOf(options, results, alone);
    return {
      lead: `${found.length} ways for ${tasksOf(options).length} tasks to share two hidden layers on one row of a made picture of a road (Caruana 1997, section 2.1): same layers, steps and rate, the sum of all losses, each task stopped at its own best evaluation.`,
      tables: [
        { name: 'sharing-roads', table: tableOf(options, found, alone) },
        ...degreeTables(found, 'sharing-roads'),
      ],
      figures: degreeFigures(found, 'sharing-roads'),
      grids: [],
      verdicts: [learnedOutperform(found, quantitiesOf(options)), lowerLayersMore(found)],
    };
  },
};

/** Δm that would matter, percent: as a fiftieth of any error does. */
const SMALLEST_CHANGE = 2;

function interval(changes: readonly number[]): string | null {
  if (changes.length < 2) return null;
  const ends = settle(changes, SMALLEST_CHANGE).interval;
  return ends.map((x) => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(1)}`).join(' … ');
}

function tableOf(
  options: Trials,
  found: readonly Found[],
  alone: ReadonlyMap<string, number>,
): Table {
  const quantities = quantitiesOf(options);
  const errors = quantities.map(({ task }) => {
    const value = alone.get(task);
    return { value: value !== undefined && Number.isFinite(value) ? value : null };
  });
  return {
    title: 'Every way to share on the same tasks',
    corner: 'Architecture',
    columns: [
      { name: 'Parameters', better: 'lower', decimals: 0 },
      { name: 'Multiply-adds', better: 'lower', decimals: 0 },
      { name: 'Δm, equal steps', unit: '%', better: 'lower', decimals: 1 },
      { name: '95 % interval', kind: 'text' },
      { name: 'Steps in equal time', decimals: 0 },
      { name: 'Δm, equal time', unit: '%', better: 'lower', decimals: 1 },
      { name: '95 % interval', kind: 'text', group: 'equal time' },
      ...quantities.map(({ task }) => ({
        ...{ name: task, group: 'RMSE', better: 'lower' as const, decimals: 4 },
      })),
    ],
    rows: [
      {
        header: 'a network a task',
        reference: true,
        cells: [null, null, null, null, null, null, null, ...errors],
      },
      ...found.map(({ name, arm, changes, inTime, cost }) => ({
        header: name,
        cells: [
          { value: cost?.parameters ?? null },
          { value: cost?.multiplyAdds ?? null },
          measuredCell(changes),
          interval(changes),
          { value: inTime?.steps ?? null },
          measuredCell(inTime?.changes ?? []),
          interval(inTime?.changes ?? []),
          ...quantities.map(({ metric }) => measuredCell(metricOf(arm.runs, metric))),
        ],
      })),
    ],
    notes: [
      'Errors on roads that neither trained nor stopped a network. Options of every architecture at the defaults of the registry; no rate is tuned for one. The time of an example is that of calling the network, and not measured.',
      `Δm: mean change of the errors against the networks of one task, whose mean over seeds is 0; 95 % interval of its mean by Student’s t over seeds. ${EQUAL_TIME} Time includes the compilation of the step, which takes a large part of it for networks so small. Hard sharing and the networks of one task are computed by plain loops here, the others by ONNX Runtime: on one engine they would make more steps in its time.`,
    ],
  };
}
