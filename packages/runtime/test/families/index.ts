import type { Family } from '../examples.ts';
import { asEagerFamilies } from './as-eager.ts';
import { binaryFamilies } from './binary.ts';
import { convolutionFamilies } from './convolutions.ts';
import { elementwiseFamilies } from './elementwise.ts';
import { layoutFamilies } from './layout.ts';
import { poolingFamilies } from './pooling.ts';
import { productFamilies } from './products.ts';
import { rarerFamilies } from './rarer.ts';
import { shapeFamilies } from './shape.ts';
import { volumeFamilies } from './volumes.ts';

/** Every family of examples. */
export const families: readonly Family[] = [
  ...elementwiseFamilies,
  ...binaryFamilies,
  ...layoutFamilies,
  ...shapeFamilies,
  ...productFamilies,
  ...convolutionFamilies,
  ...poolingFamilies,
  ...asEagerFamilies,
  ...volumeFamilies,
  ...rarerFamilies,
];

/** Kernels that another test covers, and which. */
export const testedElsewhere: Readonly<Record<string, string>> = {
  Closed: 'test/open-sizes.test.ts',
  Condition: 'test/control-flow.test.ts',
  FourierTransform: 'test/complex.test.ts',
  Loop: 'test/control-flow.test.ts',
  Open: 'test/open-sizes.test.ts',
  SoftmaxCrossEntropy: 'test/softmax-cross-entropy.test.ts',
  SoftmaxCrossEntropyGrad: 'test/softmax-cross-entropy.test.ts',
};
