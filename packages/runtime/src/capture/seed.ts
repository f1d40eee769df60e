import * as tf from '@tensorflow/tfjs';
import { dropout, randomNormal, randomUniform } from '../ops/random.ts';
import { callSite } from './call-site.ts';
import { CaptureError } from './errors.ts';

/**
 * What the random layers of `tf.layers` draw from while a compiled step runs or is captured. On
 * their own they draw from `Math.random`, or the same numbers on every call: captured, either would
 * freeze into a constant.
 */

interface Draws {
  /** The step's seed input; absent: random layers are an error. */
  readonly seed?: tf.Tensor;
  /** Streams used so far: layers draw by their order in the step. */
  streams: number;
}

let draws: Draws | undefined;

/**
 * Runs `body` with the random layers of `tf.layers` drawing from `seed`, inside a step that is compiled or runs
 * eagerly: for a step that makes its seed itself, in place of the option `seed` of `compile`. Without a seed such
 * layers are errors.
 * @param seed int32 scalar
 * @example
 * ```ts
 * import { compile, withSeed } from '@scene-mtl/runtime';
 * import * as tf from '@tensorflow/tfjs';
 * const layer = tf.layers.dropout({ rate: 0.5 });
 * const step = ({ x, n }: { x: tf.Tensor; n: tf.Tensor }) =>
 *   withSeed(tf.cast(n, 'int32'), () => ({ y: layer.apply(x, { training: true }) as tf.Tensor }));
 * const shapes = { x: { shape: [64], dtype: 'float32' }, n: { shape: [], dtype: 'float32' } } as const;
 * const compiled = await compile(step, shapes);
 * const run = async (n: number): Promise<string> => {
 *   const { y } = await compiled.run({ x: new Float32Array(64).fill(1), n: Float32Array.of(n) });
 *   return Array.from(y as Float32Array).join();
 * };
 * const [a, b, c] = [await run(1), await run(1), await run(2)];
 * [a === b, a === c]; // → [true, false]
 * await compiled.dispose();
 * ```
 */
export function withSeed<T>(seed: tf.Tensor | undefined, body: () => T): T {
  const before = draws;
  draws = seed ? { seed, streams: 0 } : { streams: 0 };
  try {
    return body();
  } finally {
    draws = before;
  }
}

/** Far from the streams that a step numbers itself. */
const FIRST_STREAM = 2 ** 24;

interface RandomLayer {
  rate: number;
  stddev: number;
  getNoiseShape?(input: tf.Tensor): number[] | null | undefined;
  _getNoiseShape?(inputs: tf.Tensor): number[];
}

type LayerCall = (
  this: tf.layers.Layer,
  inputs: tf.Tensor | tf.Tensor[],
  kwargs: { training?: boolean } | null,
) => tf.Tensor | tf.Tensor[];

type Draw = (layer: RandomLayer, x: tf.Tensor, seed: tf.Tensor, stream: number) => tf.Tensor;

/** Makes the layers of a class draw from the step's seed while there is one. */
function redirect(
  made: tf.layers.Layer,
  active: (layer: RandomLayer) => boolean,
  draw: Draw,
): void {
  // The class is not exported; its prototype is that of any instance.
  const prototype = Object.getPrototypeOf(made) as { call: LayerCall };
  const { call } = prototype;
  prototype.call = function (this: tf.layers.Layer, inputs, kwargs) {
    const layer = this as unknown as RandomLayer;
    const training = kwargs?.training === true;
    if (!draws || !training || !active(layer)) return call.call(this, inputs, kwargs);
    const { seed, stream } = nextDraw(this, draws);
    return draw(layer, Array.isArray(inputs) ? inputs[0] : inputs, seed, stream);
  };
}

/** Seed and stream of a layer's next draw; an error where the step has no seed. */
function nextDraw(layer: tf.layers.Layer, all: Draws): { seed: tf.Tensor; stream: number } {
  if (!all.seed) {
    throw new CaptureError(
      `compile: layer ${layer.name} (${layer.getClassName()}) draws random numbers at ${callSite()}, ` +
        "which would freeze into a constant; name an int32 scalar input: compile(step, signature, { seed: 'seed' })",
    );
  }
  return { seed: all.seed, stream: FIRST_STREAM + all.streams++ };
}

type Masks = tf.Tensor | tf.Tensor[] | null;

interface RecurrentCell {
  readonly dropout: number;
  readonly recurrentDropout: number;
  dropoutFunc?: ((x: tf.Tensor, rate: number) => tf.Tensor) | undefined;
  dropoutMask: Masks;
  recurrentDropoutMask: Masks;
}

/**
 * Makes the recurrent layers of a class draw their masks, one for all times of a sequence, from the
 * step's seed. The cell keeps its masks until the next call, for nothing: here they end with the call.
 */
function redirectRecurrent(made: tf.layers.Layer): void {
  const prototype = Object.getPrototypeOf(made) as { call: LayerCall };
  const { call } = prototype;
  prototype.call = function (this: tf.layers.Layer, inputs, kwargs) {
    if (!draws) return call.call(this, inputs, kwargs);
    const all = draws;
    const { cell } = this as unknown as { cell: RecurrentCell };
    const { dropoutFunc } = cell;
    cell.dropoutFunc = (x, rate) => {
      const { seed, stream } = nextDraw(this, all);
      return dropout(x, rate, seed, stream);
    };
    try {
      return call.call(this, inputs, kwargs);
    } finally {
      cell.dropoutFunc = dropoutFunc;
      tf.dispose(
        [cell.dropoutMask, cell.recurrentDropoutMask].flat().filter((mask) => mask !== null),
      );
      cell.dropoutMask = null;
      cell.recurrentDropoutMask = null;
    }
  };
}

const partial = ({ rate }: RandomLayer) => rate > 0 && rate < 1;

redirect(tf.layers.dropout({ name: 'class', rate: 0.5 }), partial, (layer, x, seed, stream) =>
  dropout(x, layer.rate, seed, stream, layer.getNoiseShape?.(x) ?? x.shape),
);

redirect(
  tf.layers.gaussianNoise({ name: 'class', stddev: 1 }),
  () => true,
  ({ stddev }, x, seed, stream) => tf.add(x, tf.mul(randomNormal(x.shape, seed, stream), stddev)),
);

redirect(
  tf.layers.gaussianDropout({ name: 'class', rate: 0.5 }),
  partial,
  ({ rate }, x, seed, stream) => {
    const deviation = Math.sqrt(rate / (1 - rate));
    return tf.mul(x, tf.add(tf.mul(randomNormal(x.shape, seed, stream), deviation), 1));
  },
);

/** Alpha dropout (Klambauer et al. 2017): drops to −αλ and keeps mean and variance. */
redirect(
  tf.layers.alphaDropout({ name: 'class', rate: 0.5 }),
  partial,
  (layer, x, seed, stream) => {
    const { rate } = layer;
    const low = -1.6732632423543772 * 1.0507009873554805;
    const shape = layer._getNoiseShape?.(x) ?? x.shape;
    const kept = tf.cast(tf.greaterEqual(randomUniform(shape, seed, stream), rate), 'float32');
    const a = ((1 - rate) * (1 + rate * low ** 2)) ** -0.5;
    const dropped = tf.add(tf.mul(x, kept), tf.mul(tf.sub(1, kept), low));
    return tf.add(tf.mul(dropped, a), -a * low * rate);
  },
);

redirectRecurrent(tf.layers.simpleRNN({ name: 'class', units: 1 }));
redirectRecurrent(tf.layers.gru({ name: 'class', units: 1 }));
redirectRecurrent(tf.layers.lstm({ name: 'class', units: 1 }));
redirectRecurrent(tf.layers.convLstm2d({ name: 'class', filters: 1, kernelSize: 1 }));
