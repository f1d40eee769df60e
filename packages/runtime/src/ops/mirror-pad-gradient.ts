import * as tf from '@tensorflow/tfjs';
import { gradientInSteps } from './inside-step.ts';

/**
 * TensorFlow.js 4.22's gradient of `mirrorPad` drops what flows into the border. Inside steps it is
 * the adjoint: per axis, the two mirrored margins are turned back and added
 * to the elements that they came from.
 */

const sliceAxis = (x: tf.Tensor, axis: number, from: number, size: number): tf.Tensor =>
  tf.slice(
    x,
    x.shape.map((_, i) => (i === axis ? from : 0)),
    x.shape.map((d, i) => (i === axis ? size : d)),
  );

const padAxis = (x: tf.Tensor, axis: number, before: number, after: number): tf.Tensor =>
  tf.pad(
    x,
    x.shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0])),
  );

gradientInSteps({
  kernelName: 'MirrorPad',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => {
    const { paddings, mode } = attrs as unknown as {
      paddings: [number, number][];
      mode: 'reflect' | 'symmetric';
    };
    // A reflection leaves out the element on the border itself.
    const gap = mode === 'reflect' ? 1 : 0;
    return {
      x: () => {
        let gradient = dy as tf.Tensor;
        paddings.forEach(([before, after], axis) => {
          const size = x.shape[axis];
          const whole = gradient;
          gradient = sliceAxis(whole, axis, before, size);
          if (before > 0) {
            const margin = tf.reverse(sliceAxis(whole, axis, 0, before), [axis]);
            gradient = tf.add(gradient, padAxis(margin, axis, gap, size - before - gap));
          }
          if (after > 0) {
            const margin = tf.reverse(sliceAxis(whole, axis, before + size, after), [axis]);
            gradient = tf.add(gradient, padAxis(margin, axis, size - after - gap, gap));
          }
        });
        return gradient;
      },
    };
  },
});
