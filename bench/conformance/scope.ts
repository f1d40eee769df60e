import { compositions, kernels } from '../../packages/runtime/src/kernels/index.ts';
import type { Spec } from './suite.ts';

/** The rules of docs/decisions/0006-conformance.md: why a spec says nothing about compiled steps. */

export const reasons = [
  'fails in TensorFlow.js itself',
  'left out by TensorFlow.js',
  'strings',
  'numbers read inside an op',
  'a size that depends on numbers',
  'nothing computed',
] as const;

export type Reason = (typeof reasons)[number];

/** Kernels whose results have as many elements as the numbers say. */
const counted = new Set([
  'NonMaxSuppressionV3',
  'NonMaxSuppressionV5',
  'RaggedGather',
  'RaggedRange',
  'RaggedTensorToTensor',
  'Unique',
]);

/** Why a spec is out of scope; undefined for one that counts. */
export function outOfScope({ eager, compiled }: Spec): Reason | undefined {
  if (!eager || !compiled || /^(pending|excluded)$/.test(eager.message)) {
    return 'left out by TensorFlow.js';
  }
  if (!eager.passed) return 'fails in TensorFlow.js itself';
  const { happened } = compiled;
  if (happened.strings) return 'strings';
  if (happened.readsInside) return 'numbers read inside an op';
  const size = [...happened.kernels].some(
    (name) => counted.has(name) && !kernels.has(name) && !compositions.has(name),
  );
  if (size) return 'a size that depends on numbers';
  if (compiled.passed && happened.computed + happened.refused === 0) return 'nothing computed';
  return undefined;
}
