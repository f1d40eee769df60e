import {
  flagWords,
  overSeeds,
  summariesOf,
  type Experiment,
  type Program,
  type Results,
  type RunSummary,
} from '@scene-mtl/lab';
import type { NumbersArm } from '../arm.ts';
import type { Numbers, NumbersSpec } from '../kind.ts';
import { hurried, trialFlags, type Trials } from '../trials.ts';
import { armsOf, armsTable, doseFigure } from './shown.ts';
import type { Study } from './study.ts';
import { comparisonTable, judgeComparison, judgeControl, type RunsOf } from './verdicts.ts';

/** Several studies as one experiment. */
export interface Studies {
  readonly name: string;
  readonly title: string;
  readonly program: Program<NumbersSpec, Numbers>;
  readonly lead: string;
  readonly studies: readonly Study[];
  /** The flag that chooses some of them by name, without its dashes: `mechanism`. */
  readonly flag: string;
}

/** What the command's own flags say. */
export interface StudiesOptions extends Trials {
  readonly chosen: readonly Study[];
}

/** Ten seeds of every arm, a table, a figure and verdicts for each study. */
export function studiesExperiment(of: Studies): Experiment<StudiesOptions, Numbers> {
  const { name, title, program, lead, studies, flag } = of;
  const trials = trialFlags(10);
  const names = studies.map((study) => study.name);
  return {
    ...{ name, title, program },
    addFlags(command) {
      trials.addFlags?.(command);
      command.option(`--${flag} <names>`, `some of ${names.join(', ')} (default: all)`);
    },
    options(flags) {
      const wanted = flagWords(flags[flag]);
      const unknown = wanted.find((word) => !names.includes(word));
      if (unknown !== undefined) {
        throw new Error(`--${flag} ${unknown}: expected some of ${names.join(', ')}`);
      }
      const chosen = studies.filter((each) => wanted.length === 0 || wanted.includes(each.name));
      return { ...trials.options(flags), chosen };
    },
    *stages({ options }) {
      yield options.chosen.flatMap((study) =>
        armsOf(study).flatMap((arm) =>
          overSeeds(arm.slug, seedsOf(study, options), specOf(arm, options), [study.measurement]),
        ),
      );
    },
    show({ options }, results) {
      const shown = options.chosen.map((study) => shownOf(study, options, results));
      return {
        lead,
        tables: shown.flatMap(({ tables }) => tables),
        figures: shown.flatMap(({ figures }) => figures),
        grids: [],
        verdicts: shown.flatMap(({ verdicts }) => verdicts),
      };
    },
  };
}

const seedsOf = ({ runsPerTrial = 1 }: Study, { seeds }: Trials): number[] =>
  Array.from({ length: seeds.length * runsPerTrial }, (_, i) => i + 1);

const specOf = ({ spec }: NumbersArm, options: Trials): NumbersArm['spec'] => ({
  ...spec,
  config: hurried(spec.config, options),
});

function shownOf(study: Study, options: Trials, results: Results<NumbersSpec>) {
  const seeds = seedsOf(study, options);
  const runsOf: RunsOf = (arm) =>
    summariesOf(results, seeds, specOf(arm, options)).flatMap((run) =>
      withMeasured(run, results.measured(run.spec, study.measurement)),
    );
  const [figure, compared] = [doseFigure(study, runsOf), comparisonTable(study, runsOf)];
  return {
    tables: [
      { name: study.name, table: armsTable(study, runsOf) },
      ...(compared ? [{ name: `${study.name}-compared`, table: compared }] : []),
    ],
    figures: figure ? [figure] : [],
    verdicts: [
      ...study.claims.map((claim) => judgeComparison(claim, study, runsOf)),
      ...study.controls.map((control) => judgeControl(control, study, runsOf)),
    ],
  };
}

/** A run with what was measured on it among its metrics; none where that is not there yet. */
function withMeasured<R extends RunSummary>(
  run: R,
  measured: Readonly<Record<string, number>> | undefined,
): R[] {
  if (measured === undefined) return [];
  const metrics = Object.entries(measured).map(([name, value]) => [`main/${name}`, value] as const);
  return [{ ...run, result: { ...run.result, metrics: Object.fromEntries(metrics) } }];
}
