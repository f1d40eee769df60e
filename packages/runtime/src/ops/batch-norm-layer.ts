import * as tf from '@tensorflow/tfjs';
import { batchNormTraining } from './batch-norm.ts';
import { layerInSteps } from './inside-step.ts';

/**
 * `tf.layers.batchNormalization` of images, in training, by {@link batchNormTraining}: few passes
 * over memory instead of the dozen that `tf.moments` and its gradient take. So inside steps;
 * inference, other ranks and other axes are untouched. A layer without offset or scale, which
 * TensorFlow.js 4.22 cannot train, trains too.
 */

interface Weight<T> {
  read(): T;
  write(value: tf.Tensor): void;
}

interface NormalisationLayer {
  axis: number;
  center: boolean;
  scale: boolean;
  epsilon: number;
  momentum: number;
  gamma?: Weight<tf.Tensor1D>;
  beta?: Weight<tf.Tensor1D>;
  movingMean: Weight<tf.Tensor1D>;
  movingVariance: Weight<tf.Tensor1D>;
}

layerInSteps<NormalisationLayer>(
  tf.layers.batchNormalization({ name: 'class' }),
  (layer, x, { training }) => {
    const last = layer.axis === -1 || layer.axis === 3;
    if (training !== true || x.rank !== 4 || !last) return undefined;
    return tf.tidy(() => {
      const channels = [x.shape[3] as number];
      const gamma = layer.scale && layer.gamma ? layer.gamma.read() : tf.fill(channels, 1);
      const beta = layer.center && layer.beta ? layer.beta.read() : tf.fill(channels, 0);
      const { y, mean, variance } = batchNormTraining(
        x as tf.Tensor4D,
        gamma as tf.Tensor1D,
        beta as tf.Tensor1D,
        layer.epsilon,
      );
      const move = (average: Weight<tf.Tensor1D>, statistic: tf.Tensor1D): void => {
        const now = average.read();
        average.write(tf.sub(now, tf.mul(tf.sub(now, statistic), 1 - layer.momentum)));
      };
      move(layer.movingMean, mean);
      move(layer.movingVariance, variance);
      return y;
    });
  },
);
