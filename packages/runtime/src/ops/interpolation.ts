/** How output pixels map to source coordinates: `tf.image.resize*`'s two flags. */
export interface Convention {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Reads the two flags from a kernel's attributes. */
export const conventionOf = (attrs: Readonly<Record<string, unknown>>): Convention => ({
  alignCorners: Boolean(attrs['alignCorners']),
  halfPixelCenters: Boolean(attrs['halfPixelCenters']),
});

/** Source coordinate of each output pixel along one axis, as TensorFlow defines it. */
function sources(
  input: number,
  output: number,
  { alignCorners, halfPixelCenters }: Convention,
): number[] {
  const corners = alignCorners && output > 1;
  const scale = (corners ? input - 1 : input) / (corners ? output - 1 : output);
  return Array.from({ length: output }, (_, i) =>
    halfPixelCenters ? scale * (i + 0.5) - 0.5 : scale * i,
  );
}

/** Row-major `[output, input]` weights of linear interpolation with clamped borders. */
export function bilinearMatrix(input: number, output: number, how: Convention): Float32Array {
  const matrix = new Float32Array(output * input);
  sources(input, output, how).forEach((at, row) => {
    const from = Math.max(0, at);
    const low = Math.min(input - 1, Math.floor(from));
    const high = Math.min(input - 1, low + 1);
    const weight = Math.min(1, from - low);
    matrix[row * input + low] += 1 - weight;
    matrix[row * input + high] += weight;
  });
  return matrix;
}

/** The nearest source pixel of each output pixel along one axis, TensorFlow's rounding. */
export function nearestIndices(input: number, output: number, how: Convention): number[] {
  const corners = how.alignCorners && output > 1;
  const scale = (corners ? input - 1 : input) / (corners ? output - 1 : output);
  return Array.from({ length: output }, (_, row) => {
    const at = how.halfPixelCenters ? scale * (row + 0.5) : scale * row;
    const index = how.alignCorners ? Math.round(at) : Math.floor(at);
    return Math.min(input - 1, Math.max(0, index));
  });
}

/** Row-major `[output, input]` selection of the nearest source pixel. */
export function nearestMatrix(input: number, output: number, how: Convention): Float32Array {
  const matrix = new Float32Array(output * input);
  nearestIndices(input, output, how).forEach((index, row) => (matrix[row * input + index] = 1));
  return matrix;
}

/** Row-major `[rows, columns]` → `[columns, rows]`. */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[j * rows + i] = matrix[i * columns + j];
  return out;
}
