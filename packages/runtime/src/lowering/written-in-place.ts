import { sizeOf, type Graph, type OnnxNode, type Ref } from '../onnx/graph.ts';
import { mayFail } from './index-range.ts';
import { elementwise, Links, views } from './links.ts';

/**
 * Variables that a step may write where it reads them, so that they need one buffer instead of two:
 * everything that reads the old values must have run before the node that writes the new ones.
 *
 * That holds in whatever order ONNX Runtime runs the nodes where every reader is one that the writer
 * depends on, or the writer itself, element by element. The optimiser's slots are so by nature. For a
 * large parameter the readers that are not, such as the layouts of a filter for the backward pass,
 * are made so: the writer gets a shape that depends on theirs.
 *
 * The same goes for nodes that may fail on what a step is given: they run before, so that a step that
 * fails has changed nothing.
 */

/** From this many numbers on a second buffer costs more than nodes that order the readers. */
const LARGE = 2 ** 14;

/** True where a node reads the memory of `read` only at the element that it writes. */
function samePlace(links: Links, writer: OnnxNode, read: Ref): boolean {
  const isView = (ref: Ref): boolean => {
    if (ref.name === read.name) return true;
    const maker = links.maker(ref);
    const from = maker && views.has(maker.op) ? maker.inputs[0] : undefined;
    return from !== undefined && isView(from);
  };
  const size = sizeOf(writer.outputs[0].shape);
  const own = writer.inputs.filter((ref): ref is Ref => ref !== undefined && isView(ref));
  if (own.length === 0) return true;
  return elementwise.has(writer.op) && own.every((ref) => sizeOf(ref.shape) === size);
}

/** The writer again, after nodes that it did not depend on; undefined where it has no place for it. */
function ordered(
  graph: Graph,
  writer: OnnxNode,
  after: Iterable<OnnxNode>,
  read: Ref,
): Ref | undefined {
  const [output] = writer.outputs;
  const k = writer.inputs.findIndex(
    (ref) => ref && ref.name !== read.name && graph.unshaped(ref).name !== read.name,
  );
  const operand = writer.inputs[k];
  if (!elementwise.has(writer.op) || !operand || graph.literal(operand)) return undefined;
  // No dimension of each: an empty list, but one that exists only when the node has run.
  const none = { start: 0, end: 0 };
  const waits = [...after].map(({ outputs }) =>
    graph.op('Shape', [outputs[0]], [0], none, { type: 'int64' }),
  );
  const rank = operand.shape.length;
  const shape = graph.op('Concat', [graph.ints(operand.shape), ...waits], [rank], { axis: 0 });
  const late = graph.op('Reshape', [operand, shape], operand.shape);
  const inputs = writer.inputs.map((ref, i) => (i === k ? late : ref));
  return graph.op(writer.op, inputs, output.shape, writer.attributes, { type: output.type });
}

/**
 * Finds which large variables a step may write where it reads them, and orders what reads them so
 * that it may. The graph's outputs must be complete; a writer may become another node.
 * @returns each variable's write, and whether it is in place
 */
export function writesInPlace(
  graph: Graph,
  reads: readonly (Ref | undefined)[],
  writes: readonly (Ref | undefined)[],
): { readonly write: Ref | undefined; readonly inPlace: boolean }[] {
  const { nodes } = graph.live();
  const links = new Links(nodes);
  const writers = new Set(writes.map((write) => write && links.maker(write)));
  const risks = nodes.filter((node) => mayFail(graph, links, node));
  return writes.map((write, i) => {
    const read = reads[i];
    const writer = write && links.maker(write);
    const apart = { write, inPlace: false };
    if (!read || !writer || sizeOf(read.shape) !== sizeOf(write.shape)) return apart;
    if (sizeOf(read.shape) < LARGE || !samePlace(links, writer, read)) return apart;
    // It could fail half way.
    if (risks.includes(writer)) return apart;
    const loose = links.independent(writer, [...links.readers(read), ...risks]);
    if (loose.size === 0) return { write, inPlace: true };
    // Another variable's writer may become another node itself, which nothing would wait for.
    if ([...loose].some((node) => writers.has(node))) return apart;
    // To wait for the use of what a reader makes, a filter's layout say, costs no more and lets it go.
    const uses = [...loose].map((node) => links.use(graph, node, writers));
    const waits = new Set([...uses, ...links.sums(writer)]);
    const late = links.isRead(write) ? undefined : ordered(graph, writer, waits, read);
    if (!late) return apart;
    graph.replaceOutput(write, late);
    return { write: late, inPlace: true };
  });
}
