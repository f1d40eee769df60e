import { describe, expect, test } from '@jest/globals';
import { runsOf, type Artefacts } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import { fewOf, hintsOf } from '../src/papers/abu-mostafa1990/scene-hints/arms.ts';
import { sceneHints } from '../src/papers/abu-mostafa1990/scene-hints/scene-hints.ts';
import { scenes } from '../src/papers/ruder2017/scenes/scenes.ts';
import type { SceneSpec } from '../src/scenes/kind.ts';
import { sceneRunId } from '../src/scenes/program.ts';
import { resultsOf, street, type MadeRun } from './records.ts';

const context = {
  config: { ...profiles.smoke, seeds: [1, 2, 3] },
  data: { ...street, frames: { train: 32, val: 4 } },
  options: sceneHints.options({ labelled: '8' }),
};

/** The hint of a run; none: undefined. */
const hintIn = ({ config }: SceneSpec): string | undefined => Object.keys(config.training.hints)[0];

/** All runs of some options, with the values that a test gives them by task, hint and seed. */
async function shown(
  value: (task: string, hint: string | undefined, seed: number) => number,
  options = context.options,
): Promise<Artefacts> {
  const of = { ...context, options };
  const made = runsOf(sceneHints, of, resultsOf(of, [])).map(({ spec }): MadeRun => {
    const { tasks, balance, seed, config } = spec;
    const key = tasks[0] === 'semantic' ? 'semantic/iou' : `${tasks[0]}/meanError`;
    return {
      ...{ tasks, seed, weighting: balance.name, options: balance.options },
      metrics: { [key]: value(tasks[0], hintIn(spec), seed) },
      config: () => config,
    };
  });
  return sceneHints.show(of, resultsOf(of, made));
}

describe('abu-mostafa1990 scene-hints', () => {
  test('each task alone without and with each hint, each run once', () => {
    const runs = runsOf(sceneHints, context, resultsOf(context, []));
    const hints = street.tasks.reduce((sum, task) => sum + 1 + hintsOf(task).length, 0);
    expect(runs).toHaveLength(3 * hints);
    expect(new Set(runs.map(({ spec }) => sceneRunId(spec))).size).toBe(runs.length);
    expect(new Set(runs.map(({ label }) => label)).size).toBe(runs.length);
    // A seed of every task comes first.
    expect(runs.slice(0, hints).every(({ spec }) => spec.seed === 1)).toBe(true);
  });

  test('of few frames half are labelled, so that a batch has some of both', () => {
    const few = (train: number, flags = {}) =>
      fewOf({ data: { ...street, frames: { train, val: 4 } }, options: sceneHints.options(flags) });
    expect([600, 54, 53, 32].map((train) => few(train))).toEqual([40, 40, 26, 16]);
    expect(few(32, { labelled: '20' })).toBe(20);
  });

  test('without hints, classes from few frames are runs of ruder2017 scenes', () => {
    const of = { ...context, options: scenes.options({ labelled: '8' }) };
    const known = new Set(
      runsOf(scenes, of, resultsOf(of, [])).map(({ spec }) => sceneRunId(spec)),
    );
    const plain = runsOf(sceneHints, context, resultsOf(context, [])).filter(({ label }) =>
      label.startsWith('semantic-none/'),
    );
    expect(plain.map(({ spec }) => known.has(sceneRunId(spec)))).toEqual([true, true, true]);
  });

  test('hints that help, and false ones that do not', async () => {
    const { tables, figures, verdicts } = await shown((task, hint, seed) => {
      const isTrue = hint !== undefined && hintsOf(task).some((h) => h.name === hint && !h.isFalse);
      const noise = 0.001 * seed;
      // IoU is to rise, errors are to fall.
      if (task === 'semantic') return 20 + (isTrue ? 5 : 0) + noise;
      return 4 - (isTrue ? 1 : 0) + noise;
    });
    expect(tables.map(({ name }) => name)).toEqual(
      street.tasks.map((task) => `scene-hints-${task}`),
    );
    expect(figures.map(({ name }) => name)).toEqual(['scene-hints']);
    expect(new Set(verdicts.map(({ judgement }) => judgement))).toEqual(new Set(['reproduced']));
    expect(verdicts.at(-1)!.claim).toBe('Control: false hints are no help');
  });

  test('a false hint that helps is said to be one of the control', async () => {
    const { verdicts } = await shown((task, hint, seed) => {
      const noise = 0.001 * seed;
      if (task === 'semantic') return 20 + (hint === undefined ? 0 : 5) + noise;
      return 4 - (hint === undefined ? 0 : 1) + noise;
    });
    expect(verdicts.at(-1)!.judgement).toBe('not reproduced');
  });

  test('doses are rows of their own; verdicts are on the hints’ own weights', async () => {
    const options = sceneHints.options({ labelled: '8', doses: '1,3', of: 'depth' });
    const { tables, verdicts } = await shown(() => 1, options);
    const rows = tables[0].table.rows.map(({ header }) => header);
    expect(rows).toEqual([
      ...['none', 'flip', 'flip × 3', 'rows', 'rows × 3'],
      ...['unturned', 'unturned × 3', 'falling', 'falling × 3'],
    ]);
    expect(verdicts).toHaveLength(3);
  });

  test('without runs there are dashes, no figure, and nothing is judged', async () => {
    const { figures, verdicts } = await sceneHints.show(context, resultsOf(context, []));
    expect(figures).toEqual([]);
    expect(new Set(verdicts.map(({ judgement }) => judgement))).toEqual(new Set(['not run']));
  });

  test('tasks that know no hints are left out', async () => {
    const other = { ...context, data: { ...context.data, tasks: ['left', 'right'] } };
    expect(runsOf(sceneHints, other, resultsOf(other, []))).toEqual([]);
    const { tables, verdicts } = await sceneHints.show(other, resultsOf(other, []));
    expect([tables, verdicts]).toEqual([[], []]);
  });

  test.each([
    [{ labelled: '0' }, /^--labelled 0/],
    [{ labelled: '20,40' }, /^--labelled 20,40: expected one number/],
    [{ labelledShare: '1' }, /^--labelled-share 1/],
    [{ doses: '0' }, /^--doses 0/],
    [{ of: 'edges' }, /^--of edges: no hints of edges; expected some of /],
  ])('%j is refused', (wrong, message) => {
    expect(() => sceneHints.options(wrong)).toThrow(message);
  });
});
