import {
  cameraKind,
  classesKind,
  disparityKind,
  fieldOf,
  findField,
  objectsKind,
  withFields,
  type Field,
  type Sample,
} from '@scene-mtl/data';
import type { Dataset } from '../dataset.ts';
import { edgesOf } from './edges.ts';
import { normalsFromDisparity } from './normals.ts';

/** An annotation that can be computed from others. */
interface Derivation {
  /** Fields that it needs: each an annotation of the data. */
  readonly from: readonly string[];
  derive(sample: Sample): Field;
}

const derivations = {
  normals: {
    from: ['depth'],
    derive: (sample) =>
      normalsFromDisparity(
        fieldOf(sample, 'depth', disparityKind),
        fieldOf(sample, 'camera', cameraKind),
      ),
  },
  edges: {
    from: ['semantic'],
    derive: (sample) =>
      edgesOf(fieldOf(sample, 'semantic', classesKind), findField(sample, 'instance', objectsKind)),
  },
} as const satisfies Readonly<Record<string, Derivation>>;

/** Names of the annotations that can be computed from others. */
export const DERIVED = Object.keys(derivations) as (keyof typeof derivations)[];

/** Name of an annotation that can be computed from others. */
export type DerivedField = (typeof DERIVED)[number];

/**
 * A data set whose samples have more annotations, computed on reading at the size that is read: normals
 * from disparity and camera, edges from classes and objects. What the data itself has is kept.
 * @throws when the data lacks what one is computed from
 * @example
 * ```ts
 * import { generateTree, openDataset, withDerived } from '@scene-mtl/datasets';
 * const size = { height: 32, width: 64 };
 * await generateTree({ out: 'street', frames: { train: 1, val: 1 }, ...size, seed: 1 });
 * const dataset = withDerived(await openDataset('street'), ['edges']);
 * const { fields } = await dataset.read(dataset.list('train')[0], 'train', size);
 * fields.edges.kind; // → 'edges'
 * ```
 */
export function withDerived(dataset: Dataset, wanted: readonly DerivedField[]): Dataset {
  const added = wanted.filter((name) => !dataset.fields.includes(name));
  if (added.length === 0) return dataset;
  for (const name of added) {
    const { from } = derivations[name];
    const missing = from.filter((field) => !dataset.fields.includes(field));
    if (missing.length > 0) {
      throw new Error(
        `${dataset.name}: ${name} are computed from ${from.join(', ')}, and the data has no ${missing.join(', ')}`,
      );
    }
  }
  return {
    ...dataset,
    fields: [...dataset.fields, ...added],
    async read(id, split, size) {
      const sample = await dataset.read(id, split, size);
      // A split without annotations (the official test split) stays without these too.
      const possible = added.filter((name) =>
        derivations[name].from.every((field) => sample.fields[field] !== undefined),
      );
      return withFields(
        sample,
        Object.fromEntries(possible.map((name) => [name, derivations[name].derive(sample)])),
      );
    },
  };
}
