import * as tf from '@tensorflow/tfjs';

/**
 * A U-Net (Ronneberger et al. 2015) in plain `tf.layers`: down by max-pooling, up by nearest neighbours and a 2×2
 * convolution, each level joined to the one of its size. `[B, H, W, 3]` → logits `[B, H, W, outputs]`.
 * @param size of the images, px, whole multiples of 2^depth
 */
export function unet({
  size,
  width,
  depth,
  outputs,
}: {
  readonly size: { readonly height: number; readonly width: number };
  readonly width: number;
  readonly depth: number;
  readonly outputs: number;
}): tf.LayersModel {
  const input = tf.input({ shape: [size.height, size.width, 3] });
  let seed = 0;
  const conv = (x: tf.SymbolicTensor, filters: number, kernelSize: number, activation = true) =>
    tf.layers
      .conv2d({
        filters,
        kernelSize,
        padding: 'same',
        activation: activation ? 'relu' : 'linear',
        kernelInitializer: tf.initializers.glorotUniform({ seed: ++seed }),
      })
      .apply(x) as tf.SymbolicTensor;
  const twice = (x: tf.SymbolicTensor, filters: number) => conv(conv(x, filters, 3), filters, 3);
  const level = (x: tf.SymbolicTensor, filters: number, below: number): tf.SymbolicTensor => {
    const here = twice(x, filters);
    if (below === 0) return here;
    const pooled = tf.layers.maxPooling2d({ poolSize: 2 }).apply(here) as tf.SymbolicTensor;
    const deeper = level(pooled, 2 * filters, below - 1);
    const up = tf.layers.upSampling2d({ size: [2, 2] }).apply(deeper) as tf.SymbolicTensor;
    const joined = tf.layers.concatenate().apply([here, conv(up, filters, 2)]);
    return twice(joined as tf.SymbolicTensor, filters);
  };
  return tf.model({
    inputs: input,
    outputs: conv(level(input, width, depth), outputs, 1, false),
  });
}
