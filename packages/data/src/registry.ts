import type { Field, FieldKind } from './field.ts';

const kinds = new Map<string, FieldKind>();

/**
 * Makes a kind known, so that samples that carry it can be mirrored, cut and scaled.
 * @returns the kind, to read fields by
 * @throws when another kind has its name
 * @example
 * ```ts
 * import { defineFieldKind, fieldOf, flipSample, photo, type Field } from '@scene-mtl/data';
 * interface Wind extends Field { readonly kind: 'wind'; readonly fromTheLeft: number }
 * const windKind = defineFieldKind<Wind>({
 *   name: 'wind',
 *   flip: (wind) => ({ ...wind, fromTheLeft: 0 - wind.fromTheLeft }),
 *   crop: (wind) => wind,
 *   resize: (wind) => wind,
 * });
 * const wind: Wind = { kind: 'wind', fromTheLeft: 3 };
 * const image = photo({ height: 1, width: 1 }, Uint8Array.of(1, 2, 3));
 * fieldOf(flipSample({ id: 'hill', fields: { image, wind } }), 'wind', windKind).fromTheLeft; // → -3
 * ```
 */
export function defineFieldKind<F extends Field>(kind: FieldKind<F>): FieldKind<F> {
  const known = kinds.get(kind.name);
  if (known !== undefined && known !== (kind as unknown)) {
    throw new Error(`defineFieldKind: there is a kind '${kind.name}' already; take another name`);
  }
  kinds.set(kind.name, kind);
  return kind;
}

/** All kinds, in the order in which they were defined. */
export const fieldKinds = (): readonly FieldKind[] => [...kinds.values()];

/**
 * The kind of a name.
 * @throws when nobody has defined it; the message lists the kinds there are
 * @example
 * ```ts
 * import { fieldKind } from '@scene-mtl/data';
 * fieldKind('classes').name; // → 'classes'
 * ```
 */
export function fieldKind(name: string): FieldKind {
  const kind = kinds.get(name);
  if (kind === undefined) {
    throw new Error(
      `field kind '${name}': nobody has defined it; expected one of ${[...kinds.keys()].join(', ')}, or call defineFieldKind`,
    );
  }
  return kind;
}
