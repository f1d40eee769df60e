import type { MapField } from '../field.ts';
import type { Size } from '../size.ts';

/**
 * Size of a map.
 * @throws unless it has H · W · channels values, and as many places known as pixels
 */
export function mapSize(
  { height, width, data, valid }: MapField & { readonly valid?: Uint8Array },
  channels = 1,
): Size {
  const pixels = height * width;
  if (data.length !== pixels * channels) {
    throw new Error(
      `expected ${height} × ${width} × ${channels} = ${pixels * channels} values, got ${data.length}`,
    );
  }
  if (valid !== undefined && valid.length !== pixels) {
    throw new Error(`expected ${height} × ${width} values of 'valid', got ${valid.length}`);
  }
  return { height, width };
}

/** Height and width alone of what has more besides. */
export const sidesOf = ({ height, width }: Size): Size => ({ height, width });

/**
 * A map that has as many values as its size says.
 * @throws when it has not
 */
export function checkedMap<F extends MapField>(field: F, channels = 1): F {
  try {
    mapSize(field, channels);
  } catch (cause) {
    throw new Error(`field of kind '${field.kind}': ${(cause as Error).message}`, { cause });
  }
  return field;
}
