import * as tf from '@tensorflow/tfjs';
import { convBn, convBnRelu, relu } from '../layers/conv-block.ts';
import { inside, type Scope } from '../layers/scope.ts';
import type { Stage } from './encoder.ts';

/** Shape of one residual block. */
export interface ResidualBlockOptions {
  /** Channels of the 3×3 convolutions; a bottleneck's output has four times as many. */
  readonly channels: number;
  /** Stride of the (first) 3×3 convolution and of the shortcut. */
  readonly stride: number;
  /** Dilation of every 3×3 convolution of the block. */
  readonly dilation: number;
}

/** Adds one residual block to a graph; `expansion` is its output channels over `channels`. */
export interface ResidualBlock {
  readonly expansion: number;
  build(x: tf.SymbolicTensor, scope: Scope, options: ResidualBlockOptions): tf.SymbolicTensor;
}

/** Two 3×3 convolutions (He et al. 2016, figure 5 left). */
export const basicBlock: ResidualBlock = {
  expansion: 1,
  build(x, scope, { channels: filters, stride, dilation }) {
    const first = convBnRelu(x, inside(scope, '1'), { filters, stride, dilation, fan: 'out' });
    const second = convBn(first, inside(scope, '2'), { filters, dilation, fan: 'out' });
    return joined(x, second, scope, stride);
  },
};

/** 1×1, 3×3, 1×1 convolutions (He et al. 2016, figure 5 right), the stride on the 3×3 one. */
export const bottleneckBlock: ResidualBlock = {
  expansion: 4,
  build(x, scope, { channels: filters, stride, dilation }) {
    const reduced = convBnRelu(x, inside(scope, '1'), { filters, kernel: 1, fan: 'out' });
    const middle = { filters, stride, dilation, fan: 'out' } as const;
    const spatial = convBnRelu(reduced, inside(scope, '2'), middle);
    const widened = { filters: 4 * filters, kernel: 1, fan: 'out' } as const;
    return joined(x, convBn(spatial, inside(scope, '3'), widened), scope, stride);
  },
};

/** Shape of a {@link residualStage}. */
export interface ResidualStageOptions extends ResidualBlockOptions {
  /** Prefix of its layers' names. */
  readonly name: string;
  /** How many blocks. */
  readonly blocks: number;
  /** Stride of its output, counted from the encoder's input. */
  readonly total: number;
}

/** Blocks one behind the other, `<name>/block1` …; the first has the stride. */
export function residualStage(
  block: ResidualBlock,
  { name, blocks, total, channels, stride, dilation }: ResidualStageOptions,
): Stage {
  const steps = Array.from({ length: blocks }, (_, b) => (x: tf.SymbolicTensor, scope: Scope) => {
    const at = inside(scope, `${name}/block${b + 1}`);
    return block.build(x, at, { channels, stride: b === 0 ? stride : 1, dilation });
  });
  return {
    name,
    stride: total,
    channels: channels * block.expansion,
    build: (x, scope) => steps.reduce((y, step) => step(y, scope), x),
    steps,
  };
}

/** relu(branch + shortcut); the shortcut is a 1×1 convolution where the shape changes. */
function joined(
  x: tf.SymbolicTensor,
  branch: tf.SymbolicTensor,
  scope: Scope,
  stride: number,
): tf.SymbolicTensor {
  const filters = branch.shape[3] as number;
  const same = stride === 1 && x.shape[3] === filters;
  const shortcut = same
    ? x
    : convBn(x, inside(scope, 'shortcut'), { filters, kernel: 1, stride, fan: 'out' });
  const sum = tf.layers.add({ name: `${scope.name}/add` }).apply([branch, shortcut]);
  return relu(sum as tf.SymbolicTensor, `${scope.name}/relu`);
}
