/** Classes by number from 0, and their colours. */
export interface ClassLegend {
  /** Names. */
  readonly classes: readonly string[];
  /** RGB, 0–255. */
  readonly palette: readonly (readonly [number, number, number])[];
  /** Numbers of the classes whose objects are told apart. */
  readonly instanceClasses: readonly number[];
}

/** What a field of a data set's samples means, beyond what its values say: by the kind of the field. */
export type Annotation =
  | ({ readonly kind: 'classes' } & ClassLegend)
  | {
      readonly kind: 'objects';
      /** Field of kind `classes` that says which class an object is of; absent: nobody says. */
      readonly within?: string | undefined;
    }
  | { readonly kind: 'disparity' }
  | {
      readonly kind: 'depth';
      /** Of its values: `m`. */
      readonly unit: string;
    }
  | { readonly kind: 'normals' }
  | { readonly kind: 'edges' }
  | { readonly kind: 'label'; readonly classes: readonly string[] }
  | { readonly kind: 'numbers'; readonly length: number }
  | {
      readonly kind: 'other';
      /** Name of the field's kind, one's own by `defineFieldKind`; a kit of one's own learns from it. */
      readonly of: string;
    };

/** Name of a kind that an annotation may have. */
export type AnnotationKind = Annotation['kind'];

/** The annotation of a kind. */
export type AnnotationOf<K extends AnnotationKind> = Extract<Annotation, { readonly kind: K }>;

/** What says which annotations some data has. */
export interface Annotated {
  /** Names of the annotated fields. */
  readonly fields: readonly string[];
  /** What they mean, by their names; those that are absent are the usual ones, see `annotationsOf`. */
  readonly annotations?: Readonly<Record<string, Annotation>> | undefined;
  /** Legend of the field `semantic`. */
  readonly legend?: ClassLegend | undefined;
  /** Class names of each field of kind `label`. */
  readonly labels?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Length of each field of kind `numbers` that is to be predicted. */
  readonly numbers?: Readonly<Record<string, number>> | undefined;
}

/** The maps of a driving scene, as every reader names them. */
const USUAL = ['semantic', 'instance', 'depth', 'normals', 'edges'] as const;
type Usual = (typeof USUAL)[number];

/**
 * What each annotated field means, by its name: what the data says of it or, for the maps of a driving
 * scene (`semantic` with its `legend`, `instance`, `depth` as disparity, `normals`, `edges`), for `labels`
 * and for `numbers`, what these names stand for.
 * @throws for a field `semantic` without a legend
 * @example
 * ```ts
 * import { annotationsOf } from '@scene-mtl/data';
 * const annotations = { height: { kind: 'depth', unit: 'm' } } as const;
 * const all = annotationsOf({ fields: ['depth', 'height'], annotations });
 * all.depth; // → { kind: 'disparity' }
 * all.height; // → { kind: 'depth', unit: 'm' }
 * ```
 */
export function annotationsOf(data: Annotated): Readonly<Record<string, Annotation>> {
  const { fields, annotations = {}, labels = {}, numbers = {} } = data;
  const found = new Map<string, Annotation>();
  for (const name of fields) {
    if (Object.hasOwn(annotations, name) || !USUAL.some((usual) => usual === name)) continue;
    found.set(name, usualOf(name as Usual, data));
  }
  for (const name of Object.keys(labels)) {
    found.set(name, { kind: 'label', classes: labels[name] });
  }
  for (const name of Object.keys(numbers)) {
    found.set(name, { kind: 'numbers', length: numbers[name] });
  }
  for (const name of Object.keys(annotations)) found.set(name, annotations[name]);
  return Object.fromEntries(found);
}

function usualOf(name: Usual, { fields, legend }: Annotated): Annotation {
  switch (name) {
    case 'semantic':
      if (legend) return { kind: 'classes', ...legend };
      throw new Error(`${name}: expected data with names of the classes of its pixels`);
    case 'instance':
      // Objects without the classes of pixels are of no class that anyone says.
      return { kind: 'objects', ...(fields.includes('semantic') && { within: 'semantic' }) };
    case 'depth':
      return { kind: 'disparity' };
    case 'normals':
      return { kind: 'normals' };
    case 'edges':
      return { kind: 'edges' };
  }
}

/**
 * The annotations of a kind, by the name of their field.
 * @example
 * ```ts
 * import { annotatedAs } from '@scene-mtl/data';
 * Object.keys(annotatedAs({ fields: ['edges', 'depth'] }, 'edges')); // → ['edges']
 * ```
 */
export const annotatedAs = <K extends AnnotationKind>(
  data: Annotated,
  kind: K,
): Readonly<Record<string, AnnotationOf<K>>> =>
  Object.fromEntries(
    Object.entries(annotationsOf(data)).filter(
      (entry): entry is [string, AnnotationOf<K>] => entry[1].kind === kind,
    ),
  );
