import type { Family } from '../examples.ts';
import { elementwiseFamilies } from './elementwise.ts';
import { layoutFamilies } from './layout.ts';
import { productFamilies } from './products.ts';
import { windowFamilies } from './windows.ts';

/** Every family of examples. */
export const families: readonly Family[] = [
  ...elementwiseFamilies,
  ...layoutFamilies,
  ...productFamilies,
  ...windowFamilies,
];

/** Kernels that another test covers, and which. */
export const testedElsewhere: Readonly<Record<string, string>> = {
  AvgPoolGrad: 'TensorFlow.js’s own kernel, which our gradient of AvgPool replaces; not reached',
  SoftmaxCrossEntropy: 'test/softmax-cross-entropy.test.ts',
  SoftmaxCrossEntropyGrad: 'test/softmax-cross-entropy.test.ts',
};
