import { createHash } from 'node:crypto';
import type { Attribute } from './attribute.ts';
import { bodiesOf, readsOf, type Body } from './body.ts';
import type { OnnxType } from './proto.ts';

/** One value of an ONNX graph: its name, static shape and element type. */
export interface Ref {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: OnnxType;
  /** Sizes as a file states them: a name where the size is open. Absent: those of `shape`. */
  readonly dims?: readonly (number | string)[];
  /** A sequence of such tensors, not one. */
  readonly sequence?: true;
}

/** One ONNX node. An absent optional input is undefined. */
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** '' is the standard domain. */
  readonly domain: string;
  readonly inputs: readonly (Ref | undefined)[];
  readonly outputs: readonly Ref[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Graphs inside it, by the attribute that holds each. */
  readonly bodies?: Readonly<Record<string, Body>>;
  /** The captured op that it comes from, and the line of it; undefined for what belongs to none. */
  readonly origin?: { readonly kernel: string; readonly site: string };
}

interface Initialiser {
  readonly ref: Ref;
  readonly data: ArrayBufferView;
}

/** Shape and element type of an output to be made. */
export interface OutputSpec {
  readonly shape: readonly number[];
  readonly type?: OnnxType;
}

const typedArrays = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  uint8: Uint8Array,
} as const;

/** Product of the dimensions; 1 for a scalar. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * An ONNX graph under construction. Nodes are appended in order of execution; the same op on the
 * same inputs with the same attributes is made once (common sub-expressions), and nodes that no
 * output needs disappear when the graph is encoded.
 */
export class Graph {
  readonly inputs: Ref[] = [];
  readonly outputs: Ref[] = [];
  #nodes: OnnxNode[] = [];
  #known = new Map<string, readonly Ref[]>();
  #scope: OnnxNode['origin'];
  readonly #around: Graph | undefined;
  /** One for a graph and those inside its nodes: a name is one value, and constants lie in the outermost. */
  #shared = {
    constants: new Map<string, Initialiser>(),
    literals: new Map<string, ArrayBufferView>(),
    counter: 0,
  };

  /** @param around the graph in whose node this one lies, and whose values it may read */
  constructor(around?: Graph) {
    this.#around = around;
    if (around) this.#shared = around.#shared;
  }

  #next(): number {
    return this.#shared.counter++;
  }

  #found(key: string): readonly Ref[] | undefined {
    const known = this.#known.get(key);
    return known ?? (this.#around ? this.#around.#found(key) : undefined);
  }

  /** Marks the nodes made inside `body`, so that a profile or an error says where they come from. */
  scoped<T>(scope: { readonly kernel: string; readonly site: string }, body: () => T): T {
    const before = this.#scope;
    this.#scope = { kernel: scope.kernel, site: scope.site };
    try {
      return body();
    } finally {
      this.#scope = before;
    }
  }

  input(name: string, shape: readonly number[], type: OnnxType): Ref {
    const ref = { name, shape, type };
    this.inputs.push(ref);
    return ref;
  }

  output(ref: Ref): void {
    this.outputs.push(ref);
  }

  /** Makes another value the output in the place of one. */
  replaceOutput(from: Ref, to: Ref): void {
    this.outputs[this.outputs.findIndex(({ name }) => name === from.name)] = to;
  }

  /** A node with one output; its element type is that of the first input unless stated. */
  op(
    op: string,
    inputs: readonly (Ref | undefined)[],
    shape: readonly number[],
    attributes: Readonly<Record<string, Attribute>> = {},
    options: { type?: OnnxType; domain?: string } = {},
  ): Ref {
    const spec: OutputSpec = options.type ? { shape, type: options.type } : { shape };
    return this.ops(op, inputs, [spec], attributes, options.domain)[0];
  }

  /** A node with several outputs. */
  ops(
    op: string,
    inputs: readonly (Ref | undefined)[],
    outputs: readonly OutputSpec[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): readonly Ref[] {
    const key = JSON.stringify([
      domain,
      op,
      inputs.map((i) => i?.name ?? ''),
      attributes,
      outputs.length,
    ]);
    const known = this.#found(key);
    if (known) return known;
    const fallback = inputs.find((i) => i !== undefined)?.type ?? 'float32';
    const name = `${this.#scope ? `${this.#scope.kernel}/` : ''}${op}_${this.#next()}`;
    const refs = outputs.map(({ shape, type = fallback }, i) => ({
      name: outputs.length === 1 ? name : `${name}.${i}`,
      shape,
      type,
    }));
    this.#push({ name, op, domain, inputs, outputs: refs, attributes });
    this.#known.set(key, refs);
    return refs;
  }

  #push(node: OnnxNode): void {
    this.#nodes.push(this.#scope ? { ...node, origin: this.#scope } : node);
  }

  /** A second value with the same elements, never shared. */
  copy(x: Ref): Ref {
    const ref = { ...x, name: `copy_${this.#next()}` };
    const [name, outputs] = [ref.name, [ref]];
    this.#nodes.push({ name, op: 'Identity', domain: '', inputs: [x], outputs, attributes: {} });
    return ref;
  }

  /** An input of a graph inside a node. */
  parameter(shape: readonly number[], type: OnnxType): Ref {
    return this.input(`inner_${this.#next()}`, shape, type);
  }

  /** Makes a value an output of a graph inside a node: a copy where it is not one of its own nodes', or is one already. */
  result(x: Ref): void {
    const own = this.#nodes.some(({ outputs }) => outputs.includes(x));
    this.output(own && !this.outputs.includes(x) ? x : this.copy(x));
  }

  /** A node with graphs inside, by the attribute that holds each. */
  around(
    op: string,
    inputs: readonly (Ref | undefined)[],
    specs: readonly Required<OutputSpec>[],
    inside: Readonly<Record<string, Graph>>,
  ): readonly Ref[] {
    const name = `${op}_${this.#next()}`;
    const outputs = specs.map(({ shape, type }, i) => ({ name: `${name}.${i}`, shape, type }));
    const bodies = bodiesOf(inside);
    this.#push({ name, op, domain: '', inputs, outputs, attributes: {}, bodies });
    return outputs;
  }

  /** A constant tensor; equal small constants and equal lists of indices are shared. */
  constant(
    data: ArrayBufferView & { length: number },
    shape: readonly number[],
    type: OnnxType,
  ): Ref {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    // Long lists of indices recur with every layer of a shape; long lists of numbers do not.
    const content =
      data.length <= 4096
        ? bytes.toString('latin1')
        : type === 'int32'
          ? createHash('sha1').update(bytes).digest('hex')
          : undefined;
    const key =
      content === undefined ? `#${this.#shared.counter}` : `${type}[${shape.join()}]${content}`;
    const known = this.#shared.constants.get(key);
    if (known) return known.ref;
    const ref = { name: `const_${this.#next()}`, shape, type };
    this.#shared.constants.set(key, { ref, data });
    this.#shared.literals.set(ref.name, data);
    return ref;
  }

  /** The value of a constant, or undefined for a computed one. */
  literal(ref: Ref): ArrayBufferView | undefined {
    return this.#shared.literals.get(ref.name);
  }

  float(value: number): Ref {
    return this.constant(Float32Array.of(value), [], 'float32');
  }

  floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Ref {
    return this.constant(Float32Array.from(values), shape, 'float32');
  }

  /** A 1-D `int64` constant, as shapes, axes and pads are given. */
  ints(values: readonly number[]): Ref {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], 'int64');
  }

  /** A scalar or tensor constant of any element type from plain numbers. */
  typed(values: readonly number[], shape: readonly number[], type: OnnxType): Ref {
    if (type === 'int64') return this.constant(BigInt64Array.from(values, BigInt), shape, type);
    return this.constant(typedArrays[type].from(values), shape, type);
  }

  reshape(x: Ref, shape: readonly number[]): Ref {
    if (x.shape.length === shape.length && shape.every((d, i) => d === x.shape[i])) return x;
    // A reshape of a reshape reads the first one's input: fewer nodes, the same bytes.
    const source = this.unshaped(x);
    if (source !== x) return this.reshape(source, shape);
    // Without the flag a 0 means "as in the input".
    const attributes = shape.includes(0) ? { allowzero: 1 } : {};
    return this.op('Reshape', [x, this.ints(shape)], shape, attributes);
  }

  /** What a reshape reads, or the value itself. */
  unshaped(x: Ref): Ref {
    const producer = this.#producer(x);
    return producer?.op === 'Reshape' ? (producer.inputs[0] as Ref) : x;
  }

  transpose(x: Ref, perm: readonly number[]): Ref {
    if (perm.every((p, i) => p === i)) return x;
    return this.op(
      'Transpose',
      [x],
      perm.map((p) => x.shape[p]),
      { perm },
    );
  }

  cast(x: Ref, type: OnnxType): Ref {
    if (x.type === type) return x;
    const codes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
    return this.op('Cast', [x], x.shape, { to: codes[type] }, { type });
  }

  #producers = new Map<string, OnnxNode>();
  #indexed = 0;

  #producer(ref: Ref): OnnxNode | undefined {
    for (; this.#indexed < this.#nodes.length; this.#indexed++) {
      const node = this.#nodes[this.#indexed];
      for (const output of node.outputs) this.#producers.set(output.name, node);
    }
    const producer = this.#producers.get(ref.name);
    return producer ?? (this.#around ? this.#around.#producer(ref) : undefined);
  }

  /** Nodes and constants that the outputs need, in order. */
  live(): { nodes: OnnxNode[]; initialisers: Initialiser[] } {
    const needed = new Set(this.outputs.map((o) => o.name));
    const nodes: OnnxNode[] = [];
    for (let i = this.#nodes.length - 1; i >= 0; i--) {
      const node = this.#nodes[i];
      if (!node.outputs.some((o) => needed.has(o.name))) continue;
      for (const { name } of readsOf(node)) needed.add(name);
      nodes.push(node);
    }
    const initialisers = [...this.#shared.constants.values()].filter(({ ref }) =>
      needed.has(ref.name),
    );
    return { nodes: nodes.reverse(), initialisers };
  }
}
