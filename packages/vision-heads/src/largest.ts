import type { Target } from '@scene-mtl/core';

/** The largest known value of a map; 1 where there is none above 0: a picture is then flat, not an error. */
export function largest({
  value,
  mask,
}: {
  readonly value: ArrayLike<number>;
  readonly mask?: Target['mask'];
}): number {
  let most = 0;
  for (let i = 0; i < value.length; i++) {
    if (mask?.[i] !== 0 && value[i] > most) most = value[i];
  }
  return most || 1;
}
