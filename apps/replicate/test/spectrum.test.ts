import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { countParameters, parametersOf } from '@scene-mtl/core';
import { runsOf, type Artefacts } from '@scene-mtl/lab';
import { networkOf } from '../src/assemble/network.ts';
import { profiles } from '../src/config/profiles.ts';
import { designsFor, networksOf } from '../src/papers/karpathy2019/spectrum/designs.ts';
import {
  networkCosts,
  type NetworkCosts,
} from '../src/papers/karpathy2019/spectrum/network-costs.ts';
import { spectrum } from '../src/papers/karpathy2019/spectrum/spectrum.ts';
import type { SceneContext } from '../src/scenes/kind.ts';
import { sceneRunId } from '../src/scenes/program.ts';
import { madeFrame, madeTasks, placeOf } from './made-place.ts';
import { resultsOf, street, type MadeRun } from './records.ts';

beforeAll(async () => {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
});

describe('how tasks are divided among networks', () => {
  const titles = (tasks: string[]) => designsFor(tasks).map(({ title }) => title);

  test('a network each, one for all, and a pair beside the rest', () => {
    expect(titles(['s', 'i', 'd'])).toEqual([
      ...['s, i, d', 's + i, d', 's + d, i', 'i + d, s', 's + i + d'],
    ]);
    // Each of the three ways to make two pairs of four once.
    expect(titles(['a', 'b', 'c', 'd'])).toHaveLength(5);
    expect(titles(['a', 'b'])).toEqual(['a, b', 'a + b']);
    expect(titles(['a'])).toEqual(['a']);
  });

  test.each([1, 2, 3, 4, 5])('of %i tasks every design has each task once', (n) => {
    const tasks = Array.from({ length: n }, (_, k) => `task${k}`);
    const designs = designsFor(tasks);
    for (const { networks } of designs) expect(networks.flat().sort()).toEqual(tasks);
    expect(new Set(designs.map(({ slug }) => slug)).size).toBe(designs.length);
  });
});

const context: SceneContext<Record<never, never>> = {
  config: { ...profiles.smoke, seeds: [1, 2, 3] },
  data: street,
  options: {},
};

const costs: NetworkCosts = Object.fromEntries(
  networksOf(designsFor(street.tasks)).map((tasks) => [
    tasks.join('+'),
    { parameters: 100 + 10 * tasks.length, milliseconds: 2 + tasks.length },
  ]),
);

/** Every run; the error of the network of all tasks is this part of what it is alone, by seed. */
function shown(parts: readonly number[], measured = true): Artefacts {
  const made = runsOf(spectrum, context, resultsOf(context, [])).map(({ spec }): MadeRun => {
    const { tasks, balance, seed, config } = spec;
    const by = tasks.length === 3 ? parts[seed - 1] : 1;
    const all = {
      ...{ 'semantic/iou': 50 / by, 'instance/meanError': 4 * by, 'depth/meanError': 0.5 * by },
      ...{ 'instance/rms': 8 * by, 'depth/rms': 1 * by },
    };
    const metrics = Object.fromEntries(
      Object.entries(all).filter(([name]) => tasks.includes(name.split('/')[0])),
    );
    const { name: weighting, options } = balance;
    const found = measured && tasks.length === 3 ? { 'spectrum-costs': costs } : {};
    return { tasks, weighting, options, seed, metrics, measured: found, config: () => config };
  });
  return spectrum.show(context, resultsOf(context, made)) as Artefacts;
}

describe('karpathy2019 spectrum', () => {
  test('seven networks, three seeds each, none twice; costs are measured once', () => {
    const runs = runsOf(spectrum, context, resultsOf(context, []));
    expect(runs).toHaveLength(7 * 3);
    expect(new Set(runs.map(({ spec }) => sceneRunId(spec))).size).toBe(21);
    const measuring = runs.filter(({ measurements }) => measurements);
    expect(measuring.map(({ label }) => label)).toEqual(['semantic-instance-depth/seed-1']);
  });

  test('parameters and times are those of all networks of a design; Δm by hand', () => {
    const { tables, verdicts } = shown([1.18, 1.2, 1.22]);
    const { rows, columns } = tables[0].table;
    expect(rows.map(({ header }) => header)).toEqual(designsFor(street.tasks).map((d) => d.title));
    // Three of one task: 3 · 110 and 3 · 3 ms; a pair and one: 120 + 110, 4 + 3 ms; all: 130, 5 ms.
    expect(rows.map(({ cells }) => cells.slice(0, 2))).toEqual([
      [{ value: 330 }, { value: 9 }],
      ...[1, 2, 3].map(() => [{ value: 230 }, { value: 7 }]),
      [{ value: 130 }, { value: 5 }],
    ]);
    const at = columns.findIndex(({ name }) => name.startsWith('Δm'));
    expect(rows[0].cells[at]).toMatchObject({ value: 0, n: 3 });
    // By seed: (100 (1 − 1/p) + 2 · 100 (p − 1)) / 3 of p = 1.18, 1.2, 1.22.
    const changes = [1.18, 1.2, 1.22].map((p) => (100 * (1 - 1 / p) + 200 * (p - 1)) / 3);
    const { value } = rows[4].cells[at] as { value: number };
    expect(value).toBeCloseTo((changes[0] + changes[1] + changes[2]) / 3, 9);
    // Student's t with two degrees of freedom: mean ± 4.3027 · s / √3.
    const half =
      (4.3027 * Math.sqrt(changes.reduce((a, x) => a + (x - value) ** 2, 0) / 2)) / Math.sqrt(3);
    const [low, high] = [value - half, value + half].map((end) => end.toFixed(1));
    expect(rows[4].cells[at + 1]).toBe(`+${low} … +${high}`);
    expect(tables.map(({ name }) => name)).toEqual([
      ...['spectrum', 'spectrum-delta-m', 'spectrum-paired'],
    ]);
    expect(verdicts.map(({ judgement }) => judgement)).toEqual(['reproduced', 'reproduced']);
    expect(verdicts[0].evidence).toContain('takes 1.80 times as long');
  });

  test('tasks that help or that nothing can be said of; nothing measured', () => {
    const judged = (parts: number[], measured?: boolean) =>
      shown(parts, measured).verdicts.map(({ judgement }) => judgement);
    expect(judged([0.8, 0.9, 0.85])).toEqual(['reproduced', 'not reproduced']);
    expect(judged([0.8, 1.2, 1])).toEqual(['reproduced', 'cannot tell']);
    expect(judged([1, 1, 1], false)[0]).toBe('not run');
  });

  test('without a run there is a table of dashes', () => {
    const { tables, verdicts } = spectrum.show(context, resultsOf(context, [])) as Artefacts;
    expect(tables).toHaveLength(1);
    expect(verdicts.map(({ judgement }) => judgement)).toEqual(['not run', 'not run']);
  });

  test('costs: parameters of every network, and a time of each from its ONNX file', async () => {
    const frame = madeFrame({ id: 'frame', height: 8, width: 8 });
    const { place } = placeOf([frame], madeTasks);
    const config = { ...place.config, size: { height: 32, width: 64 } };
    const found = await networkCosts.measure({ ...place, config });
    expect(Object.keys(found)).toEqual(Object.keys(costs));
    for (const [name, { parameters, milliseconds }] of Object.entries(found)) {
      const tasks = madeTasks.filter((task) => name.split('+').includes(task.name));
      const network = networkOf(config, tasks, 2);
      expect(parameters).toBe(countParameters(parametersOf(network)).total);
      expect(milliseconds).toBeGreaterThan(0);
      network.model.dispose();
    }
  });
});
