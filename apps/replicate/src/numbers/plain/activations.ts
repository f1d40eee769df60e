import type { NumbersConfig } from '../kind.ts';

/** A hidden unit: its value, and its slope by that value. */
export interface Activation {
  readonly value: (z: number) => number;
  readonly slope: (h: number) => number;
}

/** The activations that a network may have. */
export const activations: Readonly<Record<NumbersConfig['activation'], Activation>> = {
  tanh: { value: Math.tanh, slope: (h) => 1 - h * h },
  sigmoid: { value: (z) => 1 / (1 + Math.exp(-z)), slope: (h) => h * (1 - h) },
  relu: { value: (z) => (z > 0 ? z : 0), slope: (h) => (h > 0 ? 1 : 0) },
  elu: { value: (z) => (z > 0 ? z : Math.expm1(z)), slope: (h) => (h > 0 ? 1 : h + 1) },
  softplus: {
    value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    slope: (h) => -Math.expm1(-h),
  },
  linear: { value: (z) => z, slope: () => 1 },
};
