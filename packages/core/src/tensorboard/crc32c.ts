/** Reversed Castagnoli polynomial. */
const POLYNOMIAL = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1;
  return c;
});

/**
 * CRC-32C (Castagnoli; RFC 3720, appendix B.4) of some bytes, as an unsigned 32-bit number.
 * @example
 * ```ts
 * import { crc32c } from '@scene-mtl/core';
 * // The check value of RFC 3720: 32 bytes of zeros.
 * crc32c(new Uint8Array(32)); // → 0x8a9136aa
 * ```
 */
export function crc32c(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (c >>> 8) ^ table[(c ^ byte) & 0xff];
  return (c ^ 0xffffffff) >>> 0;
}
