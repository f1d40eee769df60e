import { beforeAll, describe, expect, test } from '@jest/globals';
import { faded, fadingOf, withFading, type Objective, type TrainingStep } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';
import { useCpu } from './cpu.ts';

beforeAll(useCpu);

const watched = [
  { objective: 'a', metric: 'a/error', better: 'lower' },
  { objective: 'b', metric: 'b/share', better: 'higher' },
] as const;
const policy = { patience: 2, fade: 0, leastGain: 0 };

describe('what is stopped when', () => {
  test('after so many evaluations in a row without a better value', () => {
    const fading = fadingOf(watched, policy);
    // b gets better every time; a at 10 and 30, then twice not.
    const errors = [5, 6, 4, 4, 4.5];
    errors.forEach((error, k) => {
      expect(fading.stopped()).toEqual({});
      fading.observe(10 * (k + 1), { 'a/error': error, 'b/share': k });
    });
    expect(fading.stopped()).toEqual({ a: 50 });
    expect([49, 50, 51].map((i) => fading.factor('a', i))).toEqual([0, 0, 0]);
    expect(fading.factor('b', 1000)).toBe(1);
  });

  test('what has no number says nothing, and the last one goes on', () => {
    const fading = fadingOf(watched, { ...policy, patience: 1 });
    for (const values of [
      { 'a/error': 1, 'b/share': 1 },
      { 'a/error': null },
      { 'a/error': NaN },
      {},
    ]) {
      fading.observe(1, values);
    }
    expect(fading.stopped()).toEqual({});
    fading.observe(2, { 'a/error': 1, 'b/share': 1 });
    fading.observe(3, { 'a/error': 1, 'b/share': 0 });
    expect(fading.stopped()).toEqual({ a: 2 });
    // What was stopped stays so.
    fading.observe(4, { 'a/error': 0.1, 'b/share': 0 });
    expect(fading.stopped()).toEqual({ a: 2 });
  });

  test('a change counts as better from the least gain on, as a share of the best', () => {
    const fading = fadingOf(watched, { patience: 1, fade: 4, leastGain: 0.1 });
    fading.observe(1, { 'a/error': 10 });
    fading.observe(2, { 'a/error': 8.9 });
    expect(fading.stopped()).toEqual({});
    fading.observe(3, { 'a/error': 8.1 });
    expect(fading.stopped()).toEqual({ a: 3 });
    expect([3, 4, 5, 6, 7, 8].map((i) => fading.factor('a', i))).toEqual([
      1, 0.75, 0.5, 0.25, 0, 0,
    ]);
  });

  test('the same evaluations shown again give the same state', () => {
    const [whole, again] = [fadingOf(watched, policy), fadingOf(watched, policy)];
    const log = [3, 2, 2, 2, 1].map((error, k) => ({ 'a/error': error, 'b/share': k }));
    log.forEach((values, k) => whole.observe(k, values));
    // As JSON has kept them.
    (JSON.parse(JSON.stringify(log)) as typeof log).forEach((values, k) =>
      again.observe(k, values),
    );
    expect(again.stopped()).toEqual(whole.stopped());
  });
});

describe('a faded objective', () => {
  let x: tf.Variable<tf.Rank.R0>;
  beforeAll(() => {
    x = tf.variable<tf.Rank.R0>(tf.scalar(3), true);
  });
  const square: Objective = {
    ...{ name: 'a', stream: 'train', arrays: {} },
    loss: () => ({ value: tf.square(x), present: tf.scalar(1) }),
  };
  const at = (factor: number) => {
    const batch = { 'fade/a': tf.fill([2], factor) };
    const run = () => ({ outputs: {}, shared: tf.scalar(0), statistics: [] });
    const { value, grads } = tf.variableGrads(() => faded(square).loss(run, batch).value, [x]);
    const { present } = faded(square).loss(run, batch);
    return [value, grads[x.name], present].map((one) => one.dataSync()[0]);
  };

  test('keeps its value and scales its gradient; at 0 it is absent', () => {
    // x² at 3: 9, gradient 6.
    expect(at(1)).toEqual([9, 6, 1]);
    expect(at(0.5)).toEqual([9, 3, 1]);
    expect(at(0)).toEqual([9, 0, 0]);
    expect(faded(square).arrays).toEqual({ 'fade/a': [] });
  });

  test('its step gets the factors of every stream, by the step and not the batch', () => {
    const float = (...shape: number[]) => ({ shape, dtype: 'float32' }) as const;
    const step = {
      signature: { 'fade/a': float(2), 'second/fade/a': float(2), 'mask/a': float(2, 1) },
      batchesPerStep: 3,
      inputsAt: (batch: number) => ({ own: Float32Array.of(batch) }),
    } as unknown as TrainingStep;
    const fading = fadingOf(watched, { patience: 1, fade: 2, leastGain: 0 });
    fading.observe(1, { 'a/error': 1 });
    fading.observe(2, { 'a/error': 1 });
    // Batch 11 is of step 3, one after it was stopped: half.
    expect(withFading(step, fading).inputsAt(11)).toEqual({
      own: Float32Array.of(11),
      'fade/a': Float32Array.of(0.5, 0.5),
      'second/fade/a': Float32Array.of(0.5, 0.5),
    });
  });
});
