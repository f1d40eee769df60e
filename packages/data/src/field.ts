import type { Size, Window } from './size.ts';

/** Plain values of one kind: plain, so that a field can be sent to another thread and kept on disk. */
export interface Field {
  /** Name of its {@link FieldKind}. */
  readonly kind: string;
}

/**
 * What a sort of field is and how it follows when the picture is mirrored, cut or scaled. A kind for which
 * one of these means nothing throws there, naming what to do; a kind that nobody defined is an error, never
 * passed through unchanged.
 */
export interface FieldKind<F extends Field = Field> {
  readonly name: F['kind'];
  /**
   * Size of a field that has a value for each pixel of the picture; absent for what is no map of it.
   * @throws when the field's values are not as many as its size says
   */
  size?(field: F): Size;
  /** The field as seen in a mirror: column c goes to W − 1 − c. `size` is the picture's. */
  flip(field: F, size: Size): F;
  /** The part of the field inside a window of the picture; `from` is the picture's size before. */
  crop(field: F, window: Window, from: Size): F;
  /** The field at another resolution of the picture. Labels and measurements are never mixed. */
  resize(field: F, from: Size, to: Size): F;
}

/** A field with values for each pixel of the picture, row-major. */
export interface MapField extends Field, Size {
  /** `[H, W]` or `[H, W, C]`, as its kind says. */
  readonly data: Uint8Array | Uint16Array | Float32Array;
}
