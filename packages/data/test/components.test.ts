import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { connectedComponents } from '../src/index.ts';

/** Rows of digits → pixels. */
const map = (...rows: string[]) => Uint16Array.from(rows.join(''), Number);

describe('connectedComponents', () => {
  test('joins over corners, separates different values', () => {
    const { labels, count } = connectedComponents(map('1012', '0102', '3000'), 3, 4);
    expect(count).toBe(3);
    expect([...labels]).toEqual([0, -1, 0, 1, -1, 0, -1, 1, 2, -1, -1, -1]);
  });

  test('joins a U whose arms meet last', () => {
    const { count } = connectedComponents(map('101', '101', '111'), 3, 3);
    expect(count).toBe(1);
  });

  test('agrees with flood fill on random maps', () => {
    const side = 7;
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: 49, maxLength: 49 }), (values) => {
        const { labels, count } = connectedComponents(Uint16Array.from(values), side, side);
        const seen = new Int32Array(49).fill(-1);
        let next = 0;
        for (let start = 0; start < 49; start++) {
          if (values[start] === 0 || seen[start] >= 0) continue;
          const stack = [start];
          seen[start] = next;
          while (stack.length) {
            const i = stack.pop() as number;
            for (let j = 0; j < 49; j++) {
              const near =
                Math.abs((i % side) - (j % side)) <= 1 &&
                Math.abs(Math.floor(i / side) - Math.floor(j / side)) <= 1;
              if (near && seen[j] < 0 && values[j] === values[i]) {
                seen[j] = next;
                stack.push(j);
              }
            }
          }
          next++;
        }
        expect(count).toBe(next);
        expect([...labels]).toEqual([...seen]);
      }),
    );
  });

  test('takes a mask, and refuses one of another length', () => {
    const mask = Uint8Array.from([1, 0, 0, /**/ 0, 1, 0, /**/ 0, 0, 0, /**/ 1, 0, 1]);
    expect(connectedComponents(mask, 4, 3)).toEqual({
      labels: Int32Array.from([0, -1, -1, -1, 0, -1, -1, -1, -1, 1, -1, 2]),
      count: 3,
    });
    expect(() => connectedComponents(mask, 4, 4)).toThrow(/4 × 4 = 16 pixels; got 12/);
  });
});
