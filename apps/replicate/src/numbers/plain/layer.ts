/** A dense layer as arrays: `y = x W + b`, with its gradients beside it. */
export interface PlainLayer {
  readonly inputs: number;
  readonly units: number;
  /** W `[inputs, units]` and b `[units]`. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly kernelGradient: Float32Array;
  readonly biasGradient: Float32Array;
}

/** `y = x W + b` of one example. */
export function forward({ units, kernel, bias }: PlainLayer, x: Float32Array, y: Float32Array) {
  y.set(bias);
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    // Bits are half zeros.
    if (value === 0) continue;
    const row = i * units;
    for (let j = 0; j < units; j++) y[j] += value * kernel[row + j];
  }
}

/**
 * Adds an example's part of the gradients: `dW += xᵀ dy`, `db += dy`, and `dx += dy Wᵀ` where it is asked for.
 * @param dx taken as it is and added to
 */
export function backward(
  { units, kernel, kernelGradient, biasGradient }: PlainLayer,
  x: Float32Array,
  dy: Float32Array,
  dx?: Float32Array,
) {
  for (let j = 0; j < units; j++) biasGradient[j] += dy[j];
  for (let i = 0; i < x.length; i++) {
    const [value, row] = [x[i], i * units];
    let sum = 0;
    for (let j = 0; j < units; j++) {
      kernelGradient[row + j] += value * dy[j];
      sum += dy[j] * kernel[row + j];
    }
    if (dx) dx[i] += sum;
  }
}
