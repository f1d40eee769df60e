import * as tf from '@tensorflow/tfjs';
import { gradientInSteps } from './inside-step.ts';

/**
 * Gradients that TensorFlow.js 4.22 lacks. Importing this module adds them.
 *
 * Comparisons: zero. Without one, `tf.where(tf.greater(x, 0), …)` and `tf.divNoNan` cannot be
 * differentiated, since the engine walks through the condition too.
 */

/** A filled node of the graph, not a constant as large as the tensor. */
const zero = (shape: number[]): tf.Tensor => tf.fill(shape, 0);

type Attrs = Readonly<Record<string, unknown>>;

for (const kernelName of [
  'Greater',
  'Less',
  'LessEqual',
  'Equal',
  'NotEqual',
  'LogicalAnd',
  'LogicalOr',
]) {
  gradientInSteps({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (_, [a, b]) => ({
      a: () => zero(a.shape),
      b: () => zero(b.shape),
    }),
  });
}

gradientInSteps({
  kernelName: 'LogicalNot',
  inputsToSave: ['x'],
  gradFunc: (_, [x]) => ({ x: () => zero(x.shape) }),
});

/** Space back to depth: `[B, H·b, W·b, C]` → `[B, H, W, b·b·C]`. */
gradientInSteps({
  kernelName: 'DepthToSpace',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => {
    const b = (attrs as unknown as Attrs)['blockSize'] as number;
    const [n, h, w, c] = x.shape;
    return {
      x: () => {
        const cells = tf.reshape(dy as tf.Tensor, [n, h, b, w, b, c / (b * b)]);
        return tf.transpose(cells, [0, 1, 3, 2, 4, 5]).reshape(x.shape);
      },
    };
  },
});

gradientInSteps({
  kernelName: 'GatherNd',
  inputsToSave: ['params', 'indices'],
  gradFunc: (dy, [params, indices]) => ({
    params: () => tf.scatterND(indices, dy as tf.Tensor, params.shape),
    indices: () => zero(indices.shape),
  }),
});

gradientInSteps({
  kernelName: 'ScatterNd',
  inputsToSave: ['indices'],
  gradFunc: (dy, [indices]) => ({
    updates: () => tf.gatherND(dy as tf.Tensor, indices),
    indices: () => zero(indices.shape),
  }),
});

/**
 * Gradient of einsum to operand k: the einsum of dy with the other operand into the labels of k.
 * Labels that occur in k alone were summed away, so the gradient is constant along them.
 */
function einsumGradient(
  equation: string,
  operands: readonly tf.Tensor[],
  dy: tf.Tensor,
  k: number,
): tf.Tensor {
  const [left, right] = equation.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  const own = [...terms[k]];
  if (new Set(own).size !== own.length) {
    throw new Error(
      `gradient of einsum '${equation}': a label twice in one operand has no gradient; ` +
        'multiply by tf.eye instead',
    );
  }
  const others = terms.filter((_, i) => i !== k);
  const known = new Set([...right, ...others.join('')]);
  const kept = own.filter((label) => known.has(label));
  const into = `${[right, ...others].join(',')}->${kept.join('')}`;
  const partial = tf.einsum(into, dy, ...operands.filter((_, i) => i !== k));
  const shape = operands[k].shape;
  const unit = shape.map((d, i) => (known.has(own[i]) ? d : 1));
  return tf.mul(tf.reshape(partial, unit), tf.fill(shape, 1));
}

gradientInSteps({
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc: (dy, operands, attrs) => {
    const equation = (attrs as unknown as Attrs)['equation'] as string;
    return Object.fromEntries(
      operands.map((_, k) => [
        `${k}`,
        () => einsumGradient(equation, operands, dy as tf.Tensor, k),
      ]),
    );
  },
});
