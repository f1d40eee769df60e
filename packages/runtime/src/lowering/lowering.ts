import { CaptureError } from '../capture/errors.ts';
import type { CapturedType, TraceNode, TraceValue } from '../capture/value.ts';
import type { Attribute } from '../onnx/attribute.ts';
import { Graph, sizeOf, type Ref } from '../onnx/graph.ts';
import type { OnnxType } from '../onnx/proto.ts';

/**
 * How the elements of a rank-4 value `[N, H, W, C]` lie in memory:
 * - `plain`: as TensorFlow.js has them, row-major in the value's own shape (every rank);
 * - `nchw`: row-major `[N, C, H, W]`; of a volume `[N, D, H, W, C]` too, `[N, C, D, H, W]`;
 * - `blocked`: `[N, C/b, H, W, b]`, ONNX Runtime's NCHWc with blocks of b channels. ONNX Runtime
 *   calls its shape `[N, C, H, W]`, and so do we; only the order of the bytes differs.
 */
export type Layout = 'plain' | 'nchw' | 'blocked';

type Form = Ref | (() => Ref);

/** A value of the form act(scale · x + offset (+ sum)) per channel, not yet emitted. */
export interface Affine {
  /** Blocked `[N, C, H, W]`. */
  readonly x: Ref;
  /** `[C]`. */
  readonly scale: Ref;
  readonly offset: Ref;
  /** Blocked `[N, C, H, W]`. */
  readonly sum?: Ref;
}

/** What an affine form may end in: max(·, 0), or that and min(·, 6). */
export type Activation = 'Relu' | 'Relu6';

const activations: Readonly<Record<Activation | 'none', Readonly<Record<string, Attribute>>>> = {
  none: {},
  Relu: { activation: 'Relu' },
  Relu6: { activation: 'Clip', activation_params: { floats: [0, 6] } },
};

/** What lowering may assume about the machine that runs the graph. */
export interface Target {
  /** Channels per block of the NCHWc convolutions (8 or 16), or 0 where there are none. */
  readonly block: number;
}

/** Domain of ONNX Runtime's blocked-channel ops. */
export const NCHWC = 'com.microsoft.nchwc';

/** Turns a trace into an ONNX graph: keeps each value in the layouts that its users ask for. */
export class Lowering {
  readonly graph: Graph;
  readonly block: number;
  #forms = new Map<TraceValue, Map<Layout, Form>>();
  #native = new Map<TraceValue, Layout>();
  #affine = new Map<TraceValue, Affine>();
  #users = new Map<TraceValue, TraceNode[]>();
  #spread = new Map<TraceValue, TraceValue>();
  #uniform = new Map<TraceValue, number | undefined>();

  readonly #kept: ReadonlySet<TraceValue>;

  /**
   * @param kept values that leave the graph, so that what makes them may not be absorbed
   * @param graph where the nodes go
   */
  constructor(
    target: Target,
    nodes: readonly TraceNode[],
    kept: ReadonlySet<TraceValue> = new Set(),
    graph: Graph = new Graph(),
  ) {
    this.graph = graph;
    this.block = target.block;
    this.#kept = kept;
    for (const node of nodes) {
      for (const value of new Set(Object.values(node.inputs))) {
        const users = this.#users.get(value);
        if (users) users.push(node);
        else this.#users.set(value, [node]);
      }
    }
  }

  /** Nodes that read a value. */
  users(value: TraceValue): readonly TraceNode[] {
    return this.#users.get(value) ?? [];
  }

  /** The only node that reads a value which does not leave the graph, if it is of that kernel. */
  soleUser(value: TraceValue, kernel: string): TraceNode | undefined {
    const [user, ...others] = this.users(value);
    const alone = others.length === 0 && !this.#kept.has(value);
    return alone && user?.kernel === kernel ? user : undefined;
  }

  /** True when a value has a form already: an earlier node may have absorbed the one that makes it. */
  defined(value: TraceValue): boolean {
    return this.#forms.has(value);
  }

  /** True when a rank-4 value's channels divide into blocks. */
  canBlock(shape: readonly number[]): boolean {
    return this.block > 0 && shape.length === 4 && shape[3] % this.block === 0 && sizeOf(shape) > 0;
  }

  /** Defines a value in one layout, at once or when first asked for. */
  define(value: TraceValue, layout: Layout, form: Form): void {
    let forms = this.#forms.get(value);
    if (!forms) {
      this.#forms.set(value, (forms = new Map<Layout, Form>()));
      this.#native.set(value, layout);
    }
    forms.set(layout, form);
  }

  /** Defines a value as an affine form, which a following addition or ReLU may absorb. */
  defineAffine(value: TraceValue, affine: Affine): void {
    this.#affine.set(value, affine);
    this.define(value, 'blocked', () => this.emitAffine(affine, false));
  }

  affine(value: TraceValue): Affine | undefined {
    return this.#affine.get(value);
  }

  /** One pass over memory: a depthwise 1×1 convolution with bias, addend and activation. */
  emitAffine({ x, scale, offset, sum }: Affine, activation: Activation | false): Ref {
    const channels = x.shape[1];
    return this.graph.op(
      'Conv',
      [x, this.graph.reshape(scale, [channels, 1, 1, 1]), offset, ...(sum ? [sum] : [])],
      x.shape,
      { group: channels, kernel_shape: [1, 1], ...activations[activation || 'none'] },
      { domain: NCHWC },
    );
  }

  /**
   * Defines a value as the broadcast of a smaller one, as the gradient of a sum is. Elementwise ops
   * read the smaller one; only other users make it expand.
   */
  defineSpread(value: TraceValue, small: TraceValue): void {
    this.#spread.set(value, small);
    const { graph: g } = this;
    this.define(value, 'plain', () =>
      g.op('Expand', [this.plain(small), g.ints(value.shape)], value.shape),
    );
  }

  /** The smaller value that a value is a broadcast of, or the value itself. */
  compact(value: TraceValue): TraceValue {
    return this.#spread.get(value) ?? value;
  }

  /** The number that every element of a constant has, or undefined. */
  uniform(value: TraceValue): number | undefined {
    if (value.source.kind !== 'constant') return undefined;
    if (!this.#uniform.has(value)) {
      const { data } = value.source;
      this.#uniform.set(value, repeats(data) ? data[0] : undefined);
    }
    return this.#uniform.get(value);
  }

  /** The layout that a value was defined in, which costs nothing to ask for. */
  native(value: TraceValue): Layout {
    this.#ensure(value);
    return this.#native.get(value) as Layout;
  }

  /** True when a value already exists in a layout. */
  has(value: TraceValue, layout: Layout): boolean {
    return this.#ensure(value).has(layout);
  }

  /** A value in a layout, converted once if need be. */
  as(value: TraceValue, layout: Layout): Ref {
    const forms = this.#ensure(value);
    const known = forms.get(layout);
    if (typeof known === 'function') {
      const ref = known();
      forms.set(layout, ref);
      return ref;
    }
    if (known) return known;
    const ref = this.#convert(value, layout, forms);
    forms.set(layout, ref);
    return ref;
  }

  plain(value: TraceValue): Ref {
    return this.as(value, 'plain');
  }

  /** The numbers of a captured constant, or undefined for a computed value. */
  literal(value: TraceValue): ArrayLike<number> | undefined {
    return value.source.kind === 'constant' ? value.source.data : undefined;
  }

  #ensure(value: TraceValue): Map<Layout, Form> {
    const forms = this.#forms.get(value);
    if (forms) return forms;
    if (value.source.kind !== 'constant') {
      throw new CaptureError(
        `compile: a value of shape [${value.shape.join(', ')}] is used before it is defined; ` +
          'was the tensor made in an earlier capture or disposed of and kept?',
      );
    }
    this.define(value, 'plain', constantRef(this.graph, value, value.source.data));
    return this.#forms.get(value) as Map<Layout, Form>;
  }

  #convert(value: TraceValue, layout: Layout, forms: Map<Layout, Form>): Ref {
    const { graph: g } = this;
    if (value.shape.length === 5 && layout !== 'blocked') {
      return layout === 'nchw'
        ? g.transpose(this.as(value, 'plain'), [0, 4, 1, 2, 3])
        : g.transpose(this.as(value, 'nchw'), [0, 2, 3, 4, 1]);
    }
    const [n, h, w, c] = value.shape;
    if (value.shape.length !== 4)
      throw new Error(`layout ${layout} of a rank-${value.shape.length} value`);
    const nchw = [n, c, h, w];
    // With one channel or one pixel both row-major orders are the same bytes.
    if ((c === 1 || h * w === 1) && layout !== 'blocked' && !forms.has('blocked')) {
      const other = this.as(value, layout === 'plain' ? 'nchw' : 'plain');
      return g.reshape(other, layout === 'plain' ? value.shape : nchw);
    }
    switch (layout) {
      case 'plain':
        return forms.has('nchw')
          ? g.transpose(this.as(value, 'nchw'), [0, 2, 3, 1])
          : g.op(
              'ReorderOutput',
              [this.as(value, 'blocked')],
              value.shape,
              { channels: c, channels_last: 1 },
              { domain: NCHWC },
            );
      case 'nchw':
        return forms.has('blocked')
          ? g.op(
              'ReorderOutput',
              [this.as(value, 'blocked')],
              nchw,
              { channels: c },
              { domain: NCHWC },
            )
          : g.transpose(this.as(value, 'plain'), [0, 3, 1, 2]);
      case 'blocked':
        return forms.has('nchw')
          ? g.op('ReorderInput', [this.as(value, 'nchw')], nchw, {}, { domain: NCHWC })
          : g.op(
              'ReorderInput',
              [this.as(value, 'plain')],
              nchw,
              { channels_last: 1 },
              { domain: NCHWC },
            );
    }
  }
}

function repeats(data: ArrayLike<number>): boolean {
  for (let i = 0; i < data.length; i++) if (data[i] !== data[0]) return false;
  return true;
}

const onnxTypes: Record<CapturedType, OnnxType> = {
  float32: 'float32',
  int32: 'int32',
  bool: 'bool',
};

/** ONNX element type of a captured value. */
export const onnxType = (dtype: CapturedType): OnnxType => onnxTypes[dtype];

function constantRef(graph: Graph, value: TraceValue, data: ArrayLike<number>): Ref {
  const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
  const kind = arrays[value.dtype];
  const own = data instanceof kind ? data : kind.from(data);
  return graph.constant(own, value.shape, onnxType(value.dtype));
}
