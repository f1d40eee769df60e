import { deepStrictEqual } from 'node:assert';

/** Throws unless two values are equal; numbers to the digits after the point that the documentation prints. */
export function equals(actual: unknown, expected: unknown, digits?: number): void {
  const rounded = (value: unknown): unknown => {
    // 0 added: what rounds to −0 is 0.
    if (typeof value === 'number')
      return (digits === undefined ? value : Number(value.toFixed(digits))) + 0;
    if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array, rounded);
    if (value instanceof Map || value instanceof Set)
      return new Map(rounded([...value.entries()]) as []);
    if (Array.isArray(value)) return value.map(rounded);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rounded(v)]));
  };
  deepStrictEqual(rounded(actual), rounded(expected));
}
