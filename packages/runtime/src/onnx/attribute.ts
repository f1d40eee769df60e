/** A number is an integer attribute; `{ float }` and `{ floats }` are floating-point ones. */
export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] };
