import type { OnnxNode, Ref } from '../onnx/graph.ts';
import type { FileModel } from '../onnx/proto.ts';
import { dataType } from '../onnx/proto.ts';

/** One model for every batch size, from the models of three sizes. */

/**
 * Sizes to compare: primes that other sizes of a network are rarely; below 32, in parts of which
 * `tf.LayersModel.predict` works on larger batches.
 */
export const SAMPLES = [17, 19, 23] as const;

/** Name of the open size in a file. */
export const BATCH = 'batch';

type Initialiser = ReturnType<FileModel['live']>['initialisers'][number];
type Numbers = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** c₀ + c₁·N through the values at the three sizes, whole or not; undefined where they are on no line. */
function line([a, b, c]: readonly number[]): readonly [number, number] | undefined {
  const [p, q, r] = SAMPLES;
  const slope = (b - a) / (q - p);
  const start = a - slope * p;
  if (!Number.isInteger(slope) || !Number.isInteger(start) || start + slope * r !== c) {
    return undefined;
  }
  return [start, slope];
}

const numbersOf = (data: ArrayBufferView): number[] => Array.from(data as Numbers, Number);

/**
 * @param models the same step lowered for the batch sizes {@link SAMPLES}, in that order
 * @param batched name of an input whose first size is the batch
 * @throws naming the op that is another one for another size
 */
export function openBatch(models: readonly FileModel[], batched: string): FileModel {
  const lives = models.map((model) => model.live());
  const [{ nodes }] = lives;
  const refused = (node: OnnxNode, why: string): never => {
    const place = node.origin ? `${node.origin.kernel} at ${node.origin.site}` : node.name;
    throw new Error(
      `save: ${place}: ${why} for every batch size; save for one size by { batch: 8 }, say`,
    );
  };
  lives.forEach((live) => {
    const at = nodes.findIndex(
      (node, i) => (live.nodes[i] as OnnxNode | undefined)?.op !== node.op,
    );
    if (at >= 0) refused(nodes[at], 'the graph is not the same');
    const whole = nodes.find((node) => node.bodies);
    if (whole) refused(whole, 'a loop or a condition is not open');
  });
  const tables = lives.map(
    ({ initialisers }) => new Map(initialisers.map((one) => [one.ref.name, one])),
  );
  const constants = new Map<string, Initialiser>();
  const made: OnnxNode[] = [];
  const known = new Map<string, Ref>();
  const size = sizeNodes(models[0].inputs.find(({ name }) => name === batched) as Ref, made);

  /** The constant that an input of a node is, for every size. */
  const constantOf = (node: OnnxNode, refs: readonly (Ref | undefined)[]): Ref | undefined => {
    const found = refs.map((ref, i) => (ref ? tables[i].get(ref.name) : undefined));
    if (found.every((one) => one === undefined)) return undefined;
    if (!found.every((one) => one !== undefined)) return refused(node, 'the graph is not the same');
    const key = found.map(({ ref }) => ref.name).join('\n');
    const before = known.get(key);
    if (before) return before;
    const name = known.size === 0 ? 'open' : `open_${known.size}`;
    const ref = constantFor(found, name, { size, made, constants });
    if (!ref) return refused(node, 'a constant does not grow along');
    known.set(key, ref);
    return ref;
  };

  nodes.forEach((node, k) => {
    const same = lives.map((live) => live.nodes[k]);
    const attributes = same.map((other) => JSON.stringify(other.attributes));
    if (attributes.some((text) => text !== attributes[0]))
      refused(node, 'a setting is not the same');
    const inputs = node.inputs.map(
      (ref, i) =>
        constantOf(
          node,
          same.map((other) => other.inputs[i]),
        ) ?? ref,
    );
    made.push({ ...node, inputs });
  });
  const stated = (list: 'inputs' | 'outputs'): Ref[] =>
    models[0][list].map((ref, i) => ({
      ...ref,
      dims: ref.shape.map((d, axis) => {
        const sizes = models.map((model) => model[list][i].shape[axis]);
        if (sizes.every((other) => other === d)) return d;
        const [start, slope] = line(sizes) ?? [NaN, NaN];
        return start === 0 && slope === 1 ? BATCH : `${ref.name}:${axis}`;
      }),
    }));
  const outputs = stated('outputs');
  return {
    inputs: stated('inputs'),
    outputs,
    live: () => ({ nodes: made, initialisers: [...constants.values()] }),
  };
}

interface Context {
  readonly size: Ref;
  readonly made: OnnxNode[];
  readonly constants: Map<string, Initialiser>;
}

const scalar = (name: string, type: Ref['type'], shape: readonly number[] = []): Ref => ({
  name,
  shape,
  type,
});

/** The batch size of a run, `[1]` int64. */
function sizeNodes(input: Ref, made: OnnxNode[]): Ref {
  const size = scalar('open/size', 'int64', [1]);
  const attributes = { start: 0, end: 1 };
  made.push({
    name: size.name,
    op: 'Shape',
    domain: '',
    inputs: [input],
    outputs: [size],
    attributes,
  });
  return size;
}

/** One constant for the three: itself where they are equal, else computed from the batch size. */
function constantFor(
  found: readonly Initialiser[],
  name: string,
  { size, made, constants }: Context,
): Ref | undefined {
  const [one] = found;
  const { shape, type } = one.ref;
  if (type === 'float16') return undefined;
  const values = found.map(({ data }) => numbersOf(data));
  const put = (at: string, data: Numbers, dims: readonly number[], as: Ref['type']): Ref => {
    const ref = scalar(at, as, dims);
    constants.set(at, { ref: { name: at, shape: dims, type: as }, data });
    return ref;
  };
  const emit = (
    op: string,
    at: string,
    inputs: readonly Ref[],
    as: Ref['type'],
    attributes = {},
  ): Ref => {
    const output = scalar(at, as, shape);
    made.push({ name: at, op, domain: '', inputs, outputs: [output], attributes });
    return output;
  };
  /** c₀ + c₁·N of a list of int64. */
  const grown = (
    at: string,
    lines: readonly (readonly [number, number])[],
    dims: readonly number[],
  ): Ref => {
    const list = (pick: 0 | 1) => BigInt64Array.from(lines, (l) => BigInt(l[pick]));
    const slope = put(`${at}/slope`, list(1), dims, 'int64');
    const start = put(`${at}/start`, list(0), dims, 'int64');
    const times = emit('Mul', `${at}/times`, [slope, size], 'int64');
    return emit('Add', `${at}/sum`, [times, start], 'int64');
  };
  const sameShape = found.every(({ ref }) => ref.shape.join() === shape.join());
  if (sameShape) {
    if (values.every((list) => list.every((v, i) => Object.is(v, values[0][i])))) {
      return put(one.ref.name, one.data as Numbers, shape, type);
    }
    const lines = values[0].map((_, i) => line(values.map((list) => list[i])));
    if (!lines.every((l) => l !== undefined)) return undefined;
    const flat = grown(name, lines, shape);
    const based = shape.length === 0 ? emit('Squeeze', `${name}/scalar`, [flat], 'int64') : flat;
    return type === 'int64'
      ? based
      : emit('Cast', `${name}/cast`, [based], type, { to: dataType[type] });
  }
  // Of one repeated number, however many.
  const [first] = values[0];
  if (!values.every((list) => list.every((v) => Object.is(v, first)))) return undefined;
  if (!found.every(({ ref }) => ref.shape.length === shape.length)) return undefined;
  const lines = shape.map((_, axis) => line(found.map(({ ref }) => ref.shape[axis])));
  if (!lines.every((l) => l !== undefined)) return undefined;
  const dims = grown(name, lines, [shape.length]);
  const number = put(`${name}/value`, (one.data as Int32Array).slice(0, 1), [], type);
  return emit('Expand', `${name}/spread`, [number, dims], type);
}
