import { readsOf } from '../onnx/body.ts';
import { sizeOf, type Graph, type OnnxNode, type Ref } from '../onnx/graph.ts';

/** What shares the memory of its first input. */
export const views = new Set(['Reshape', 'Identity', 'Squeeze', 'Unsqueeze', 'Flatten']);
export const elementwise = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** A graph's nodes by what they make and by what they read. */
export class Links {
  readonly #makers = new Map<string, OnnxNode>();
  readonly #readers = new Map<string, OnnxNode[]>();
  /** Places in the order of execution. */
  readonly #places = new Map<OnnxNode, number>();

  /** @param nodes in order of execution */
  constructor(nodes: readonly OnnxNode[]) {
    for (const [place, node] of nodes.entries()) {
      this.#places.set(node, place);
      for (const output of node.outputs) this.#makers.set(output.name, node);
      for (const input of new Set(readsOf(node))) {
        const readers = this.#readers.get(input.name);
        if (readers) readers.push(node);
        else this.#readers.set(input.name, [node]);
      }
    }
  }

  maker(ref: Ref): OnnxNode | undefined {
    return this.#makers.get(ref.name);
  }

  /**
   * The first node that reads what `node` makes together with another computed value, or `node`;
   * none of `except`.
   */
  use(graph: Graph, node: OnnxNode, except: ReadonlySet<OnnxNode | undefined>): OnnxNode {
    const [reader, ...others] = this.#readers.get(node.outputs[0].name) ?? [];
    if (!reader || others.length > 0 || except.has(reader) || reader.bodies) return node;
    const computed = reader.inputs.filter((ref) => ref && !graph.literal(ref));
    return computed.length > 1 ? reader : this.use(graph, reader, except);
  }

  isRead(ref: Ref): boolean {
    return this.#readers.has(ref.name);
  }

  /** Nodes that read a value's memory, by whatever view of it; views are among them. */
  *readers(ref: Ref): Generator<OnnxNode> {
    for (const node of this.#readers.get(ref.name) ?? []) {
      yield node;
      if (views.has(node.op) && node.inputs[0]?.name === ref.name)
        yield* this.readers(node.outputs[0]);
    }
  }

  /** Sums over all of what an elementwise chain to `node` passes through: once run, they let it go. */
  *sums(node: OnnxNode, size = sizeOf(node.outputs[0].shape)): Generator<OnnxNode> {
    for (const ref of node.inputs) {
      if (!ref || sizeOf(ref.shape) !== size) continue;
      for (const reader of this.readers(ref)) {
        if (reader.op.startsWith('Reduce') && sizeOf(reader.outputs[0].shape) === 1) yield reader;
      }
      const maker = this.maker(ref);
      if (maker && (elementwise.has(maker.op) || views.has(maker.op)))
        yield* this.sums(maker, size);
    }
  }

  /** The nodes among `wanted` that `node` does not depend on. */
  independent(node: OnnxNode, wanted: Iterable<OnnxNode>): Set<OnnxNode> {
    const left = new Set(wanted);
    left.delete(node);
    const place = (one: OnnxNode) => this.#places.get(one) as number;
    // What runs later is none that it depends on, and what runs before them all depends on none.
    const before = [...left].map(place).filter((at) => at < place(node));
    const first = Math.min(...before);
    let count = before.length;
    const seen = new Set<OnnxNode>([node]);
    const stack = [node];
    for (let at = stack.pop(); at && count > 0; at = stack.pop()) {
      for (const input of readsOf(at)) {
        const maker = this.maker(input);
        if (!maker || seen.has(maker) || place(maker) < first) continue;
        seen.add(maker);
        if (left.delete(maker)) count--;
        stack.push(maker);
      }
    }
    return left;
  }
}
