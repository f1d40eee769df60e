/**
 * A number of IEEE 754 binary16 from its bits; exact.
 * @example
 * ```ts
 * import { fromHalf } from '@scene-mtl/data';
 * fromHalf(0x3c00); // → 1
 * fromHalf(0xc100); // → -2.5
 * ```
 */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const float = new Float32Array(1);
const asBits = new Uint32Array(float.buffer);

/**
 * The bits of the binary16 that is nearest to a float32, of two equally near the even one (IEEE 754's
 * rounding); ±Infinity from 65520 on.
 * @example
 * ```ts
 * import { toHalf } from '@scene-mtl/data';
 * [toHalf(1), toHalf(-2.5), toHalf(65520)]; // → [0x3c00, 0xc100, 0x7c00]
 * ```
 */
export function toHalf(value: number): number {
  float[0] = value;
  const [bits] = asBits;
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00;
  if (rest >= 0x477ff000) return sign | 0x7c00;
  const exponent = rest >>> 23;
  if (exponent >= 113) {
    // The exponent's bias goes from 127 to 15, and 13 digits of the fraction go.
    return sign | rounded(rest - (112 << 23), 13);
  }
  // Below 2⁻¹⁴ the digits stand at a fixed place, in units of 2⁻²⁴.
  return exponent < 102 ? sign : sign | rounded((rest & 0x7fffff) | 0x800000, 126 - exponent);
}

/** A number without its last digits, rounded to the nearest, of two equally near the even one. */
function rounded(value: number, digits: number): number {
  const low = value >>> digits;
  const rest = value & ((1 << digits) - 1);
  const half = 1 << (digits - 1);
  return rest > half || (rest === half && (low & 1) === 1) ? low + 1 : low;
}
