import {
  classesKind,
  depthKind,
  disparityKind,
  edgesKind,
  fieldOf,
  labelKind,
  normalsKind,
  numbersKind,
  objectsKind,
  VOID,
  type Annotation,
  type AnnotationKind,
  type AnnotationOf,
  type Sample,
} from '@scene-mtl/data';

/** What the labels of some frames are like, in words. */
export interface LabelSummary {
  /** Adds one sample. @throws when a field is of another kind than its annotation */
  add(sample: Sample): void;
  /** Lines by field: how many frames have the label, and what is in it. */
  lines(): string[];
}

interface Collector {
  add(sample: Sample, field: string): void;
  lines(): string[];
}

/**
 * Collects what is in the labels of a data set, field by field, each as its kind has it: shares of classes,
 * objects per frame, range and mean of what is measured.
 * @example
 * ```ts
 * import { labelField } from '@scene-mtl/data';
 * import { labelSummary } from '@scene-mtl/datasets';
 * const summary = labelSummary({ weather: { kind: 'label', classes: ['sun', 'rain'] } });
 * summary.add({ id: 'a', fields: { weather: labelField(1) } });
 * summary.add({ id: 'b', fields: {} });
 * summary.lines(); // → ['weather (label): in 1 of 2 frames', '  rain  100.0 %']
 * ```
 */
export function labelSummary(annotations: Readonly<Record<string, Annotation>>): LabelSummary {
  let frames = 0;
  const fields = Object.entries(annotations).map(([name, annotation]) => ({
    name,
    kind: annotation.kind,
    collector: collectorOf(annotation),
    found: 0,
  }));
  return {
    add(sample) {
      frames++;
      for (const field of fields) {
        if (sample.fields[field.name] === undefined) continue;
        field.found++;
        field.collector.add(sample, field.name);
      }
    },
    lines: () =>
      fields.flatMap(({ name, kind, collector, found }) => [
        `${name} (${kind}): in ${found === frames ? 'all' : `${found} of`} ${frames} frames`,
        ...(found > 0 ? collector.lines().map((line) => `  ${line}`) : []),
      ]),
  };
}

const makers: { readonly [K in AnnotationKind]: (annotation: AnnotationOf<K>) => Collector } = {
  classes({ classes }) {
    const counts = new Float64Array(VOID + 1);
    return {
      add(sample, field) {
        for (const c of fieldOf(sample, field, classesKind).data) counts[c]++;
      },
      lines: () =>
        shares([...classes, 'never counts'], [...counts.subarray(0, classes.length), counts[VOID]]),
    };
  },
  objects() {
    const sizes: number[] = [];
    let [frames, none] = [0, 0];
    return {
      add(sample, field) {
        const areas = new Map<number, number>();
        for (const value of fieldOf(sample, field, objectsKind).data) {
          if (value !== 0) areas.set(value, (areas.get(value) ?? 0) + 1);
        }
        sizes.push(...areas.values());
        frames++;
        if (areas.size === 0) none++;
      },
      lines() {
        sizes.sort((a, b) => a - b);
        const at = (share: number) => sizes[Math.floor(share * (sizes.length - 1))];
        return [
          `${(sizes.length / frames).toFixed(1)} objects per frame; ${none} frames have none`,
          ...(sizes.length > 0
            ? [`size px: smallest ${at(0)}, half under ${at(0.5)}, largest ${at(1)}`]
            : []),
        ];
      },
    };
  },
  disparity: () =>
    measured('px of the own width', (sample, field) => fieldOf(sample, field, disparityKind)),
  depth: ({ unit }) => measured(unit, (sample, field) => fieldOf(sample, field, depthKind)),
  normals() {
    let [known, all, towards] = [0, 0, 0];
    return {
      add(sample, field) {
        const { data, valid } = fieldOf(sample, field, normalsKind);
        all += valid.length;
        valid.forEach((v, i) => {
          known += v;
          if (v && data[3 * i + 2] <= 0) towards++;
        });
      },
      lines: () => [
        `known ${percent(known / all)} %; of these ${percent(towards / known)} % face the camera (near 100, or 'axes' is not as the files have it)`,
      ],
    };
  },
  edges() {
    const counts = [0, 0, 0];
    return {
      add(sample, field) {
        for (const e of fieldOf(sample, field, edgesKind).data) counts[e === VOID ? 2 : e]++;
      },
      lines: () => shares(['no edge', 'edge', 'never counts'], counts),
    };
  },
  label({ classes }) {
    const counts = classes.map(() => 0);
    return {
      add: (sample, field) => void counts[fieldOf(sample, field, labelKind).value]++,
      lines: () => shares(classes, counts),
    };
  },
  numbers({ length }) {
    const all = Array.from({ length }, () => moments());
    return {
      add: (sample, field) =>
        fieldOf(sample, field, numbersKind).data.forEach((value, k) => all[k].add(value)),
      lines: () => all.map((one, k) => (length > 1 ? `${k}: ` : '') + one.text('')),
    };
  },
  // Of a kind that only its own kit knows: counted, not described.
  other: () => ({ add: () => {}, lines: () => [] }),
};

const collectorOf = <K extends AnnotationKind>(annotation: AnnotationOf<K>): Collector =>
  // The maker of the annotation's own kind.
  (makers[annotation.kind] as (annotation: AnnotationOf<K>) => Collector)(annotation);

/** Names with their shares of the whole, those that are there. */
function shares(names: readonly string[], counts: readonly number[]): string[] {
  const all = counts.reduce((a, b) => a + b, 0);
  const width = Math.max(...names.map((name) => name.length));
  return names.flatMap((name, k) =>
    counts[k] > 0
      ? [`${name.padEnd(width)}  ${percent(counts[k] / all).padStart(5)} %`.trimStart()]
      : [],
  );
}

const percent = (share: number): string =>
  Number.isFinite(share) ? (100 * share).toFixed(1) : '–';

function moments() {
  let [count, sum, least, most] = [0, 0, Infinity, -Infinity];
  return {
    add(value: number) {
      count++;
      sum += value;
      least = Math.min(least, value);
      most = Math.max(most, value);
    },
    text: (unit: string) => {
      const shown = (value: number) => `${Number(value.toPrecision(4))}${unit && ` ${unit}`}`;
      return count === 0
        ? 'nothing known'
        : `from ${shown(least)} to ${shown(most)}, mean ${shown(sum / count)}`;
    },
  };
}

function measured(
  unit: string,
  read: (
    sample: Sample,
    field: string,
  ) => { readonly data: Float32Array; readonly valid: Uint8Array },
): Collector {
  const values = moments();
  let [known, all] = [0, 0];
  return {
    add(sample, field) {
      const { data, valid } = read(sample, field);
      all += valid.length;
      for (let i = 0; i < valid.length; i++) {
        if (valid[i] === 0) continue;
        known++;
        values.add(data[i]);
      }
    },
    lines: () => [`${values.text(unit)}; known ${percent(known / all)} %`],
  };
}
