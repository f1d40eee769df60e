import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';

/** A training step that runs in place on one engine: the loss before the update. */
export type TimedStep = () => Promise<number>;

/** Batch, channels, height and width of the block; jax-js needs seconds for a larger one. */
export const blockShape = { batch: 2, channels: 32, height: 16, width: 32, rate: 0.01 } as const;

/** Weights and image of the block, `[N, C, H, W]` and `[C_out, C_in, 3, 3]`. */
export function blockData() {
  const { batch, channels, height, width } = blockShape;
  const random = stream(1, 'jax-block');
  const filter = () => random.normals(channels * channels * 9).map((v) => v / 17);
  return {
    x: random.normals(batch * channels * height * width),
    first: filter(),
    second: filter(),
  };
}

/** The block as tfjs ops: mean square of relu(conv(relu(conv(x))) + x), then plain descent. */
export function blockStep() {
  const { batch, channels, height, width, rate } = blockShape;
  const { x, first, second } = blockData();
  const variable = (values: Float32Array) =>
    tf.tidy(() =>
      tf.variable(tf.transpose(tf.tensor(values, [channels, channels, 3, 3]), [2, 3, 1, 0])),
    );
  const a = variable(first) as tf.Variable<tf.Rank.R4>;
  const b = variable(second) as tf.Variable<tf.Rank.R4>;
  const image = tf.tidy(
    () =>
      tf
        .transpose(tf.tensor(x, [batch, channels, height, width]), [0, 2, 3, 1])
        .dataSync() as Float32Array,
  );
  const run = ({ x: input }: { x: tf.Tensor }) => {
    const y = input as tf.Tensor4D;
    const { value, grads } = tf.variableGrads(
      () =>
        tf.mean<tf.Scalar>(
          tf.square(
            tf.relu(tf.add(tf.conv2d(tf.relu(tf.conv2d(y, a, 1, 'same')), b, 1, 'same'), y)),
          ),
        ),
      [a, b],
    );
    for (const v of [a, b]) v.assign(tf.sub(v, tf.mul(grads[v.name], rate)));
    return { loss: value };
  };
  const signature = {
    x: { shape: [batch, height, width, channels], dtype: 'float32' },
  } as const;
  return { run, signature, inputs: { x: image } };
}

/**
 * The block in jax-js, jitted, on its WebAssembly engine; it has gradients.
 * @throws where jax-js does not load or its engine does not start
 */
export async function jaxStep(): Promise<TimedStep> {
  const { init, defaultDevice, numpy, lax, nn, jit, valueAndGrad } = await import('@jax-js/jax');
  // init() without a name asks for WebGPU through `navigator`, which Node 20 does not have.
  const started = await init('wasm');
  if (!started.includes('wasm')) throw new Error(`jax-js started ${started.join(', ')}, not wasm`);
  defaultDevice('wasm');
  type Values = ReturnType<typeof numpy.array>;
  const { batch, channels, height, width, rate } = blockShape;
  const data = blockData();
  const filter = (values: Float32Array) => numpy.array(values).reshape([channels, channels, 3, 3]);
  const x = numpy.array(data.x).reshape([batch, channels, height, width]);
  let weights: [Values, Values] = [filter(data.first), filter(data.second)];
  // An array is consumed by its use; `.ref` keeps it for another one.
  const lossOf = ([a, b]: [Values, Values], image: Values) => {
    const inner = nn.relu(lax.conv(image.ref, a, [1, 1], 'SAME'));
    return numpy.mean(numpy.square(nn.relu(lax.conv(inner, b, [1, 1], 'SAME').add(image))));
  };
  const step = jit(([a, b]: [Values, Values], image: Values): [Values, [Values, Values]] => {
    const [loss, [da, db]] = valueAndGrad(lossOf)([a.ref, b.ref], image);
    return [loss, [a.sub(da.mul(rate)), b.sub(db.mul(rate))]];
  });
  return async () => {
    const [loss, updated] = step(weights, x.ref);
    weights = updated;
    await Promise.all(updated.map((w) => w.blockUntilReady()));
    const [value] = (await loss.data()) as Float32Array;
    return value;
  };
}
