/**
 * Runs the plain engine of TensorFlow.js in 64 bits: it makes its arrays by the global constructor, and
 * reads no numbers as 32 bits elsewhere. So the formulas can be compared with programs in 64 bits, apart
 * from the rounding of 32.
 */
export function inDouble<T>(work: () => T): T {
  const single = globalThis.Float32Array;
  globalThis.Float32Array = Float64Array as unknown as Float32ArrayConstructor;
  try {
    return work();
  } finally {
    globalThis.Float32Array = single;
  }
}
