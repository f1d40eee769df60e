import { sizeOf, type Graph, type OnnxNode, type Ref } from '../onnx/graph.ts';
import { views, type Links } from './links.ts';

/** Which nodes may fail at run time, on an index out of range. */

type Range = readonly [low: number, high: number];

/** Ops that move elements of their first input, and make none. */
const someElements = new Set(['Transpose', 'Expand', 'Tile', 'Slice', 'Gather', 'Split']);

const union = (ranges: readonly (Range | undefined)[]): Range | undefined =>
  ranges.every((range) => range !== undefined)
    ? [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))]
    : undefined;

function literalRange(data: ArrayBufferView): Range | undefined {
  const values = data as unknown as Iterable<number | bigint>;
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, Number(value));
    high = Math.max(high, Number(value));
  }
  return low <= high ? [low, high] : undefined;
}

/** Bounds of an integer value's elements, whatever a step is given; undefined where none is known. */
export function rangeOf(graph: Graph, links: Links, ref: Ref): Range | undefined {
  const data = graph.literal(ref);
  if (data) return literalRange(data);
  const maker = links.maker(ref);
  if (!maker) return undefined;
  const { op, inputs, attributes } = maker;
  const [x] = inputs as readonly [Ref];
  const of = (input: Ref | undefined) => input && rangeOf(graph, links, input);
  if (views.has(op) || someElements.has(op)) return of(x);
  switch (op) {
    case 'Cast':
      // What is not a number becomes the least integer.
      return x.type === 'float32' ? undefined : of(x);
    case 'Concat':
      return union(inputs.map(of));
    case 'Where':
      return union([of(inputs[1]), of(inputs[2])]);
    case 'Clip': {
      const [low, high] = [of(inputs[1]), of(inputs[2])];
      return low && high && ref.type !== 'float32' ? [low[0], high[1]] : undefined;
    }
    case 'ArgMax':
    case 'ArgMin':
      return [0, (x.shape.at(attributes['axis'] as number) as number) - 1];
    case 'MaxPool': {
      // Of a window without a number ONNX Runtime gives the pixel before the first one of the image.
      const pixels = sizeOf(x.shape.slice(2));
      return ref.name === maker.outputs[1]?.name ? [-pixels, sizeOf(x.shape) - 1] : undefined;
    }
    case 'Add':
    case 'Sub':
    case 'Mul': {
      const [a, b] = [of(inputs[0]), of(inputs[1])];
      return a && b && ref.type !== 'float32' ? combined(op, a, b) : undefined;
    }
    default:
      return undefined;
  }
}

function combined(op: 'Add' | 'Sub' | 'Mul', a: Range, b: Range): Range {
  if (op === 'Add') return [a[0] + b[0], a[1] + b[1]];
  if (op === 'Sub') return [a[0] - b[1], a[1] - b[0]];
  const products = a.flatMap((p) => b.map((q) => p * q));
  return [Math.min(...products), Math.max(...products)];
}

/** Sizes of the dimensions that a node's indices point into; undefined for a node without indices. */
export function indexedSizes({ op, inputs, attributes }: OnnxNode): readonly number[] | undefined {
  const [data, index] = inputs;
  if (!data || !index) return undefined;
  switch (op) {
    case 'Gather':
    case 'GatherElements':
    case 'ScatterElements':
      return [data.shape.at((attributes['axis'] as number | undefined) ?? 0) as number];
    case 'GatherND':
    case 'ScatterND':
      return data.shape.slice(0, index.shape.at(-1));
    default:
      return undefined;
  }
}

const indexes = (node: OnnxNode): boolean =>
  indexedSizes(node) !== undefined ||
  Object.values(node.bodies ?? {}).some(({ nodes }) => nodes.some(indexes));

/** True for a node that fails on some index that a step may be given. */
export function mayFail(graph: Graph, links: Links, node: OnnxNode): boolean {
  // What goes on inside is not followed.
  if (Object.values(node.bodies ?? {}).some(({ nodes }) => nodes.some(indexes))) return true;
  const sizes = indexedSizes(node);
  if (!sizes) return false;
  const range = rangeOf(graph, links, node.inputs[1] as Ref);
  const least = Math.min(...sizes);
  return !range || range[0] < -least || range[1] >= least;
}
