import { beforeAll, expect, test } from '@jest/globals';
import { findField, numbersField, numbersKind, type Sample } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import { defineTask, kitNamed, labelKit, numberKit, tasksFor } from '../src/index.ts';
import { targetsFor, type KitData } from '../src/targets.ts';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const data: KitData = { fields: [], numbers: { steering: 1 } };
const sample = (steering?: number): Sample => ({
  id: 'a',
  fields: steering === undefined ? {} : { steering: numbersField([steering]) },
});
const steeringOf = (one: Sample) => findField(one, 'steering', numbersKind)?.data[0];

const turn = defineTask(
  labelKit({
    name: 'turn',
    classes: ['left', 'right'],
    needs: ['steering'],
    of: (one) => {
      const angle = steeringOf(one);
      return angle === undefined ? undefined : Number(angle > 0);
    },
  }),
);

test('a task that is computed from what data have is one of theirs, and of no other data', () => {
  expect(tasksFor(data).map(({ name, kit }) => [name, kit.name])).toEqual([
    ['steering', 'regression'],
    ['turn', 'turn'],
  ]);
  expect(Object.keys(targetsFor(data))).toEqual(['steering', 'turn']);
  expect(tasksFor({ fields: ['depth'] }).map(({ name }) => name)).toEqual(['depth']);
  const task = tasksFor(data)[1];
  expect(task.encode(sample(0.5))).toEqual({ value: Float32Array.of(1), mask: Float32Array.of(1) });
  // Without a label nothing counts.
  expect(task.has(sample())).toBe(false);
  expect(task.encode(sample()).mask).toEqual(Float32Array.of(0));
});

test('metrics of a computed number are in its own unit', () => {
  const kit = numberKit({ name: 'percent', unit: '%', of: (one) => 100 * steeringOf(one)! });
  const task = kit.task(data, 'percent');
  const accumulator = task.accumulator();
  accumulator.add({ values: Float32Array.of(40) }, sample(0.5));
  accumulator.add({ values: Float32Array.of(50) }, sample(0.25));
  // Errors −10 and 25: √((100 + 625) / 2) and (10 + 25) / 2.
  expect(accumulator.result()).toEqual({ rms: Math.sqrt(362.5), meanError: 17.5 });
  expect(task.metrics.map(({ unit }) => unit)).toEqual(['%', '%']);
  expect(task.meaning({ height: 1, width: 1 })).toBe('The 1 number of `percent`, in %.');
});

test('a computed truth that cannot be is told with its sample', () => {
  const two = numberKit({ name: 'pair', count: 2, of: () => [1] });
  expect(() => two.encoder(data, 'pair').encode(sample(1))).toThrow(
    'pair: sample a: expected 2 finite numbers, got 1',
  );
  const far = labelKit({ name: 'far', classes: ['a', 'b'], of: () => 2 });
  expect(() => far.encoder(data, 'far').encode(sample(1))).toThrow(
    'far: sample a: expected a class of 0 … 1, got 2',
  );
  expect(() => labelKit({ name: 'one', classes: ['a'], of: () => 0 })).toThrow(/2 or more classes/);
});

test('what an own kit learns from is no other kit’s, and no second own one’s', () => {
  const other = kitNamed('regression');
  const named = (name: string) =>
    defineTask({
      ...other,
      name,
      fieldsIn: ({ numbers = {} }) => Object.keys(numbers).filter((field) => field === 'wheel'),
    });
  const first = named('wheel-kit');
  const wheel: KitData = { fields: [], numbers: { wheel: 1 } };
  expect(tasksFor(wheel).map(({ kit }) => kit)).toEqual([first]);
  named('wheel-again');
  expect(() => tasksFor(wheel)).toThrow(
    'task kits wheel-kit and wheel-again: both learn from wheel; a field has one task',
  );
  // Of other data nothing changes.
  expect(tasksFor(data).map(({ kit }) => kit.name)).toEqual(['regression', 'turn']);
});

test('a definition that lacks a part is refused, again the same one is not', () => {
  expect(defineTask(turn)).toBe(turn);
  expect(() => defineTask({ ...turn, name: 'TURN' })).toThrow(/the name 'TURN' is taken already/);
  const broken = (change: object) => () => defineTask({ ...turn, name: 'broken', ...change });
  expect(broken({ metrics: [] })).toThrow(
    /^defineTask broken: metrics: expected one metric or more/,
  );
  expect(broken({ likelihood: 'poisson' })).toThrow(
    "defineTask broken: likelihood: expected one of softmax, gaussian, laplace, got 'poisson'",
  );
  expect(() => defineTask(undefined as never)).toThrow(
    'defineTask: expected an object, got undefined',
  );
  // What its task lacks is told once there is data to make it for.
  const lazy = defineTask({
    ...turn,
    name: 'lazy',
    fieldsIn: ({ fields }) => (fields.includes('lazy') ? ['lazy'] : []),
    task: () => ({ ...turn.task(data, 'turn'), name: 'lazy', loss: undefined as never }),
  });
  expect(lazy.name).toBe('lazy');
  expect(() => tasksFor({ fields: ['lazy'] })).toThrow(
    'task kit lazy: its task lazy: loss: expected a function, got nothing',
  );
});
