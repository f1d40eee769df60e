import { expect, test } from '@jest/globals';
import { runsOf } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import { parseConfig } from '../src/config/schema.ts';
import { balancing } from '../src/papers/libmtl/balancing/balancing.ts';
import { scenes as fewLabels } from '../src/papers/ruder2017/scenes/scenes.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import { partlyText, seedsRun } from '../src/results/seeds-run.ts';
import type { SceneContext, SceneExperiment, SceneSpec } from '../src/scenes/kind.ts';
import { sceneRunId } from '../src/scenes/program.ts';
import { resultsOf, street } from './records.ts';

const config = parseConfig({ ...profiles.quick, seeds: [1, 2, 3, 4] }, 'quick');
const rows = 'semantic-only,depth-only,equal-weights';

/** What is found of an experiment of which these runs are there. */
function found(
  experiment: SceneExperiment,
  flags: Readonly<Record<string, string>>,
  made: (label: string, seed: number) => boolean,
) {
  const context: SceneContext = { config, data: street, options: experiment.options(flags) };
  const none = resultsOf(context, []);
  const ids = new Set(
    runsOf(experiment, context, none).flatMap(({ label, spec }) =>
      made(label, spec.seed) ? [sceneRunId(spec)] : [],
    ),
  );
  const summary = (spec: SceneSpec) => (ids.has(sceneRunId(spec)) ? ({} as never) : undefined);
  return seedsRun(experiment, context, { ...none, summary });
}

test('an experiment has the seeds that lack hardly anything of what another seed has', () => {
  const some = found(table1, { rows }, (label, seed) => seed < 3 || label.startsWith('depth-only'));
  expect(some.seeds).toEqual([1, 2]);
  expect(some.partly).toEqual([
    { seed: 3, made: 1, of: 3, isLeftOut: true },
    { seed: 4, made: 1, of: 3, isLeftOut: true },
  ]);
  expect(partlyText(some.partly)).toBe(
    'Left out, since too few of their runs are there: seed 3 (1 of 3 runs), seed 4 (1 of 3 runs).',
  );
});

test('a seed that lacks one of ten runs stays, and is named', () => {
  const methods = 'equal,uncertainty,learned,log-sum,random,pcgrad,mgda';
  // With a network a task, and equal weights at three more rates: 13 arms, of which seed 2 lacks one.
  const made = found(
    balancing,
    { methods },
    (label, seed) => seed === 1 || (seed === 2 && !label.startsWith('mgda')),
  );
  expect(made.seeds).toEqual([1, 2]);
  expect(partlyText(made.partly)).toBe('Not all runs are there of seed 2 (12 of 13 runs).');
});

test('a run that no seed has is missing from no seed; with none at all every seed stays', () => {
  const all = found(table1, { rows }, (label) => !label.startsWith('depth-only'));
  expect(all).toEqual({ seeds: [1, 2, 3, 4], partly: [] });
  expect(found(table1, { rows }, () => false)).toEqual({ seeds: [1, 2, 3, 4], partly: [] });
});

test('seeds that an experiment adds for some of its runs are not left out', () => {
  const flags = { labelled: '2,4', moreSeeds: '3' };
  const made = found(
    fewLabels,
    flags,
    (label, seed) => seed < 3 || (seed === 3 && !/\b12\b/.test(label)),
  );
  expect(made.seeds).toEqual([1, 2]);
  expect(made.partly).toEqual([]);
});
